import JOSE
public import OAuth

/// What a protected resource says of itself (RFC 9728 §2), so that a client finds out where to get a token.
public struct ProtectedResourceMetadata: Hashable, Sendable {
    /// Where the document is (RFC 9728 §3.1): between the host and the path of the resource.
    public struct Address: Hashable, Sendable {
        public let url: String
        /// For routers.
        public let path: String

        /// `nil` unless the resource is an `https` URL, or `http` on loopback, without a query.
        public init?(of resource: ResourceIndicator) {
            let endsInSlash = resource.rawValue.hasSuffix("/")
            let text = endsInSlash ? String(resource.rawValue.dropLast()) : resource.rawValue
            guard let place = Issuer(text) else { return nil }
            // Only the slash that follows the host goes.
            let end = endsInSlash && !place.path.isEmpty ? "/" : ""
            path = "/.well-known/oauth-protected-resource" + place.path + end
            url = place.origin + path
        }
    }

    public let resource: ResourceIndicator
    public let authorizationServers: [Issuer]
    public var scope = Scope.empty
    /// For people who read the document.
    public var name: String?
    public var documentation: String?

    public init(resource: ResourceIndicator, authorizationServers: [Issuer]) {
        self.resource = resource
        self.authorizationServers = authorizationServers
    }

    public var address: Address? { Address(of: resource) }

    /// The document (RFC 9728 §3.2). Tokens are taken from the header only.
    public var json: [UInt8] {
        var writer = JSONWriter(capacity: 512)
        writer.beginObject()
        writer.member("resource", resource.rawValue)
        writer.member("authorization_servers", authorizationServers.map(\.rawValue))
        if !scope.isEmpty { writer.member("scopes_supported", scope.tokens) }
        writer.member("bearer_methods_supported", ["header"])
        writer.member("resource_name", name)
        writer.member("resource_documentation", documentation)
        writer.endObject()
        return writer.bytes
    }
}
