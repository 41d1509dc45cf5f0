public import OAuth

/// Which revocation feed a reader follows, where it is, and as whom it asks.
public struct RevocationFeed: Sendable {
    /// Whose tokens it is about.
    public let issuer: Issuer
    /// The resource whose tokens it is about, as the issuer knows it.
    public let audience: ResourceIndicator
    /// What this resource is at the issuer: the feed is for nobody else.
    public let resource: ClientID
    public let secret: Secret
    /// Where a Tessera issuer has these.
    public var messages: String
    public var snapshot: String
    public var keys: String

    /// - Parameters:
    ///   - audience: the resource that the tokens are for.
    ///   - resource: the id that the resource authenticates with, as at introspection.
    public init(issuer: Issuer, audience: ResourceIndicator, resource: ClientID, secret: Secret) {
        self.issuer = issuer
        self.audience = audience
        self.resource = resource
        self.secret = secret
        messages = issuer.rawValue + "/revocations"
        snapshot = messages + "/snapshot"
        keys = messages + "/keys"
    }

    var authorization: Secret { ClientAuthentication.basic(resource, secret) }
}
