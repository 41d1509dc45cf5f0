public import OAuth

extension AccessTokenValidator {
    /// A validator from what is written in a configuration: the issuer's URL and the name of this resource. Everything
    /// else it finds out from the issuer's metadata when the first token comes.
    ///
    /// - Parameters:
    ///   - issuer: the exact text that the issuer calls itself: `https`, or `http` on loopback.
    ///   - resource: what this resource is registered as.
    public init(issuer: String, resource: String, transport: any HTTPTransport) throws(MalformedName) {
        guard let issuer = Issuer(issuer) else { throw MalformedName(what: "issuer") }
        guard let resource = try? ResourceIndicator(resource) else { throw MalformedName(what: "resource") }
        self.init(IssuerDiscovery(issuer: issuer, transport: transport), resource: resource)
    }

    /// The same where others share what is known of the issuer.
    public init(
        _ discovery: IssuerDiscovery, resource: ResourceIndicator, policy: KeyCachePolicy = KeyCachePolicy()
    ) {
        self.init(issuer: discovery.issuer, audience: resource, keys: KeyCache(of: discovery, policy: policy))
    }
}

/// What was written for an issuer, a resource or what it is registered with is none.
public struct MalformedName: Error, Hashable, Sendable {
    /// `issuer`, `resource`, `id` or `secret`
    public let what: String

    package init(what: String) { self.what = what }
}
