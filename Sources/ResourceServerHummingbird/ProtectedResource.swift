public import Hummingbird
public import JOSE
public import OAuth
public import ResourceServer

/// An API in Hummingbird that demands access tokens: makes the middleware of its routes and says of itself where to get
/// a token.
public struct ProtectedResource: Sendable {
    public let accessGuard: AccessGuard
    /// What it says of itself; changed before ``describe(on:)``.
    public var metadata: ProtectedResourceMetadata
    let now: @Sendable () -> NumericDate

    /// - Parameter now: the clock of the program.
    public init(
        _ accessGuard: AccessGuard, resource: ResourceIndicator, now: @escaping @Sendable () -> NumericDate
    ) {
        self.accessGuard = accessGuard
        self.now = now
        metadata = ProtectedResourceMetadata(
            resource: resource, authorizationServers: [accessGuard.validator.issuer])
    }

    /// From what is written in a configuration.
    /// - Parameters:
    ///   - issuer: the exact text that the issuer calls itself.
    ///   - resource: what this API is registered as.
    public init(
        issuer: String, resource: String, transport: any HTTPTransport, now: @escaping @Sendable () -> NumericDate
    ) throws(MalformedName) {
        let validator = try AccessTokenValidator(issuer: issuer, resource: resource, transport: transport)
        self.init(AccessGuard(validator), resource: ResourceIndicator(unchecked: resource), now: now)
    }

    /// What the routes behind it demand: all of these scopes.
    public func demanding<Context: AccessTokenContext>(
        _ scope: String..., of context: Context.Type = AccessContext.self
    ) -> AccessMiddleware<Context> {
        demanding(AccessRule(scope: Scope(unchecked: scope)), of: context)
    }

    public func demanding<Context: AccessTokenContext>(
        _ rule: AccessRule, of context: Context.Type = AccessContext.self
    ) -> AccessMiddleware<Context> {
        AccessMiddleware(self, rule: rule)
    }

    /// Serves the document of RFC 9728 §3, so that a client without a token finds out where to get one.
    public func describe(on router: some RouterMethods) {
        guard let address = metadata.address else { return }
        let document = metadata.json
        router.get(RouterPath(address.path)) { _, _ in
            Response(
                status: .ok, headers: [.contentType: "application/json", .cacheControl: "public, max-age=3600"],
                body: ResponseBody(byteBuffer: ByteBuffer(bytes: document)))
        }
    }
}
