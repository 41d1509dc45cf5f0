import Gateway
import OAuth
import ResourceServer

/// What a checked configuration says about whom the gateway believes.
struct GatewaySettings {
    let issuer: Issuer
    let resource: ResourceIndicator
    /// The file with the routes.
    let routes: String
    let identity: IdentityHeaders
    /// How revocations are followed; `nil` if they are not.
    let revocations: RevocationPolicy?
    private let memory: TokenMemory
    /// `nil` without credentials: then what only the issuer can read is refused.
    private let credentials: (id: ClientID, secret: Secret)?

    init?(_ configuration: Configuration) {
        guard let issuer = Issuer(configuration.text(.gatewayIssuer) ?? configuration.issuerText),
            let text = configuration.text(.gatewayResource), let resource = try? ResourceIndicator(text),
            let routes = configuration.text(.gatewayRoutes), let identity = IdentityHeaders(configuration)
        else { return nil }
        self.issuer = issuer
        self.resource = resource
        self.routes = routes
        self.identity = identity
        memory = TokenMemory(
            tokens: configuration.integer(.gatewayCachedTokens),
            lifetime: .seconds(configuration.integer(.gatewayCacheLifetime)))
        if let id = configuration.text(.gatewayResourceID).flatMap({ ClientID($0) }),
            let path = configuration.text(.gatewayResourceSecretFile), let secret = MasterKeySource.text(in: path)
        {
            credentials = (id, Secret(secret))
        } else {
            credentials = nil
        }
        let mode = configuration.text(.gatewayStaleMode).flatMap { StaleMode(rawValue: $0) } ?? .refuse
        let bound = Duration.seconds(configuration.integer(.gatewayStaleAfter))
        revocations = configuration.flag(.gatewayRevocations) ? RevocationPolicy(mode: mode, bound: bound) : nil
    }

    /// The feed to follow; `nil` without credentials or if it was turned off.
    var feed: RevocationFeed? {
        guard revocations != nil, let credentials else { return nil }
        return RevocationFeed(
            issuer: issuer, audience: resource, resource: credentials.id, secret: credentials.secret)
    }

    /// The judge of tokens, which asks the issuer for its keys, and about tokens that only it can read.
    func admission(_ transport: any HTTPTransport, revocations: (any RevocationSource)?) -> AccessGuard {
        let discovery = IssuerDiscovery(issuer: issuer, transport: transport)
        let introspection = credentials.map { credentials in
            let registration = IntrospectionClient.Registration(
                resource: resource, id: credentials.id, authentication: .secretBasic(credentials.secret))
            return IntrospectionClient(discovery, as: registration)
        }
        return AccessGuard(
            AccessTokenValidator(discovery, resource: resource), introspection: introspection,
            revocations: revocations, memory: memory)
    }
}
