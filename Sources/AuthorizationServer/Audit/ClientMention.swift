import OAuth

/// A client as an audit event names it, as its actor or first in its detail: written and read here, so that what one place
/// writes another one finds.
struct ClientMention: Hashable, CustomStringConvertible {
    private static let prefix = "client:"

    let client: ClientID

    init(_ client: ClientID) { self.client = client }

    /// `nil` if the text begins with anything else.
    init?(startOf text: String) {
        guard text.hasPrefix(Self.prefix) else { return nil }
        let name = text.dropFirst(Self.prefix.count).prefix { $0 != " " && $0 != "," }
        guard let client = ClientID(String(name)) else { return nil }
        self.client = client
    }

    var description: String { Self.prefix + client.rawValue }
}
