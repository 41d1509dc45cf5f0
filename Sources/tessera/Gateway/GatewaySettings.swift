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
    private let memory: TokenMemory
    /// `nil` without credentials: then what only the issuer can read is refused.
    private let registration: IntrospectionClient.Registration?

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
            registration = IntrospectionClient.Registration(
                resource: resource, id: id, authentication: .secretBasic(Secret(secret)))
        } else {
            registration = nil
        }
    }

    /// The judge of tokens, which asks the issuer for its keys, and about tokens that only it can read.
    func admission(_ transport: any HTTPTransport) -> AccessGuard {
        let discovery = IssuerDiscovery(issuer: issuer, transport: transport)
        return AccessGuard(
            AccessTokenValidator(discovery, resource: resource),
            introspection: registration.map { IntrospectionClient(discovery, as: $0) }, memory: memory)
    }
}
