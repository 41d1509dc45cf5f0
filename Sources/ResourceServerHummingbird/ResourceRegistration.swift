public import OAuth
public import ResourceServer

/// What an API is registered with at its issuer: as this it asks about tokens that it cannot read (RFC 7662 §2.1), and hears
/// of those that end before their time.
public struct ResourceRegistration: Sendable {
    public let id: ClientID
    public let secret: Secret

    public init(id: ClientID, secret: Secret) {
        self.id = id
        self.secret = secret
    }

    /// From what is written in a configuration.
    public init(id: String, secret: String) throws(MalformedName) {
        guard let id = ClientID(id) else { throw MalformedName(what: "id") }
        guard !secret.isEmpty else { throw MalformedName(what: "secret") }
        self.init(id: id, secret: Secret(secret))
    }
}
