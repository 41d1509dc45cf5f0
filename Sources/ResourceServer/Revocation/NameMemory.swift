import OAuth
import Synchronization

/// The names of what many tokens have in common, which would cost two hashes each for every new token: keys, clients, the
/// resource itself, and the subjects and grants that come often.
///
/// Asked about tokens only whose signature holds. Each text has one place; who comes there next takes it.
final class NameMemory: Sendable {
    private struct Entry {
        let kind: RevocationName.Kind
        let text: String
        let name: RevocationName
    }

    private static let count = 512
    private let entries = Mutex<[Entry?]>(Array(repeating: nil, count: count))

    func name(
        _ kind: RevocationName.Kind, _ text: String, else make: (RevocationName.Kind, String) -> RevocationName
    ) -> RevocationName {
        guard kind != .token else { return make(kind, text) }
        let place = Int(UInt(bitPattern: text.hashValue) % UInt(Self.count))
        let known = entries.withLock { $0[place] }
        if let known, known.kind == kind, known.text == text { return known.name }
        let name = make(kind, text)
        entries.withLock { $0[place] = Entry(kind: kind, text: text, name: name) }
        return name
    }
}
