public import Hummingbird
public import JOSE
public import Logging
public import OAuth
public import ResourceServer
public import ServiceLifecycle

/// An API in Hummingbird that demands access tokens: makes the middleware of its routes and says of itself where to get
/// a token.
///
/// It is a service. With a registration it follows the revocation feed of the issuer while it runs, so that a JWT is refused
/// the moment after it was revoked; it belongs to the `services` of the application. One that is not run knows nothing of
/// revocations: what then happens to JWTs is the mode of its policy (`refuse` unless told), and the first request makes it
/// say so in the log. Without a registration it judges JWTs by their signatures and times alone, and has nothing to run.
public struct ProtectedResource: Service {
    public let accessGuard: AccessGuard
    /// What it says of itself; changed before ``describe(on:)``.
    public var metadata: ProtectedResourceMetadata
    let now: @Sendable () -> NumericDate
    /// `nil` if revocations are not followed, or by somebody else.
    let follower: RevocationFollower?

    /// - Parameters:
    ///   - accessGuard: who follows revocations for it, if anybody, is not this.
    ///   - now: the clock of the program.
    public init(
        _ accessGuard: AccessGuard, resource: ResourceIndicator, now: @escaping @Sendable () -> NumericDate
    ) {
        self.init(accessGuard, resource: resource, follower: nil, now: now)
    }

    private init(
        _ accessGuard: AccessGuard, resource: ResourceIndicator, follower: RevocationFollower?,
        now: @escaping @Sendable () -> NumericDate
    ) {
        self.accessGuard = accessGuard
        self.follower = follower
        self.now = now
        metadata = ProtectedResourceMetadata(
            resource: resource, authorizationServers: [accessGuard.validator.issuer])
    }

    /// From what is written in a configuration.
    /// - Parameters:
    ///   - issuer: the exact text that the issuer calls itself.
    ///   - resource: what this API is registered as.
    ///   - registration: with it opaque tokens and API keys are taken, and revocations followed.
    ///   - revocations: how they are followed, and what counts when they are not known; `nil` for an issuer that has no
    ///     feed.
    ///   - transport: one that is an `HTTPStreamTransport`, too, hears of revocations soonest.
    ///   - logger: is told when what is known of revocations becomes current or stale.
    ///   - now: the clock of the program.
    public init(
        issuer: String, resource: String, registration: ResourceRegistration? = nil,
        revocations: RevocationPolicy? = RevocationPolicy(), transport: any HTTPTransport,
        logger: Logger = Logger(label: "protected-resource"), now: @escaping @Sendable () -> NumericDate
    ) throws(MalformedName) {
        guard let issuer = Issuer(issuer) else { throw MalformedName(what: "issuer") }
        guard let name = try? ResourceIndicator(resource) else { throw MalformedName(what: "resource") }
        let discovery = IssuerDiscovery(issuer: issuer, transport: transport)
        let introspection = registration.map { registration in
            IntrospectionClient(
                discovery,
                as: IntrospectionClient.Registration(
                    resource: name, id: registration.id, authentication: .secretBasic(registration.secret)))
        }
        var follower: RevocationFollower?
        if let registration, let revocations {
            let feed = RevocationFeed(
                issuer: issuer, audience: name, resource: registration.id, secret: registration.secret)
            follower = RevocationFollower(feed, policy: revocations, transport: transport, logger: logger, now: now)
        }
        let accessGuard = AccessGuard(
            AccessTokenValidator(discovery, resource: name), introspection: introspection,
            revocations: follower?.reader)
        self.init(accessGuard, resource: name, follower: follower, now: now)
    }

    /// Follows the revocation feed until the application ends; with nothing to follow it waits for that.
    public func run() async throws {
        guard let follower else { return try await gracefulShutdown() }
        let hasFollowed = await cancelWhenGracefulShutdown { await follower.follow() }
        if !hasFollowed { try await gracefulShutdown() }
    }

    /// How current its knowledge of revocations is, for health reports; `nil` if it does not follow them.
    public var revocationState: RevocationState? { follower?.reader.state }

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
