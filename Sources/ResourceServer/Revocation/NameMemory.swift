package import OAuth
import Synchronization

/// The names of what many tokens have in common, which would cost two hashes each for every new token: keys, clients, the
/// resource itself, and the subjects and grants that come often.
///
/// Asked about tokens only whose signature holds. Each text has one place; who comes there next takes it.
package final class NameMemory: Sendable {
    private struct Entry {
        let kind: RevocationName.Kind
        let text: String
        let name: RevocationName
    }

    private static let count = 512
    private let entries = Mutex<[Entry?]>(Array(repeating: nil, count: count))

    package init() {}

    package func name(
        _ kind: RevocationName.Kind, _ text: String, else make: (RevocationName.Kind, String) -> RevocationName
    ) -> RevocationName {
        guard kind != .token else { return make(kind, text) }
        let place = Self.place(kind, text)
        let known = entries.withLock { $0[place] }
        if let known, known.kind == kind, known.text == text { return known.name }
        let name = make(kind, text)
        entries.withLock { $0[place] = Entry(kind: kind, text: text, name: name) }
        return name
    }

    /// Apart for things of two kinds that are called the same: the token of a program speaks for its client.
    private static func place(_ kind: RevocationName.Kind, _ text: String) -> Int {
        let offset: UInt =
            switch kind {
            case .token: 0
            case .grant: 1
            case .subject: 2
            case .client: 3
            case .resource: 4
            case .key: 5
            }
        return Int((UInt(bitPattern: text.hashValue) &+ offset) % UInt(count))
    }
}
