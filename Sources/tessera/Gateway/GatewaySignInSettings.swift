import FoundationEssentials
import Gateway
import JOSE
import OAuth
import OAuthClient
import ResourceServer
import ServerHTTP

/// What a checked configuration says about how browsers sign in at the gateway.
struct GatewaySignInSettings {
    static let maximumOrigins = 16
    private static let maximumKeyBytes = 16_384

    private let configuration: Configuration
    private let id: ClientID
    private let authentication: ClientAuthentication
    private let origins: [SignInOrigin]

    /// `nil` if no browser signs in.
    init?(_ configuration: Configuration) {
        guard let id = configuration.text(.gatewaySignInClientID).flatMap({ ClientID($0) }),
            let authentication = Self.authentication(configuration)
        else { return nil }
        self.configuration = configuration
        self.id = id
        self.authentication = authentication
        origins = Self.origins(configuration)
    }

    /// - Parameters:
    ///   - transport: how the issuer is asked.
    ///   - admission: judges the sessions' tokens.
    func signIn(
        _ settings: GatewaySettings, _ transport: any HTTPTransport, _ admission: AccessGuard, routes: [GatewayRoute]
    ) throws -> BrowserSignIn {
        let algorithm = configuration.text(.gatewaySignInIDTokenAlgorithm).flatMap { Algorithm(rawValue: $0) }
        let registration = BrowserSignIn.Registration(
            id: id, authentication: authentication, scope: scope(of: routes), resource: settings.resource,
            idTokenAlgorithm: algorithm ?? .ES256)
        return BrowserSignIn(
            at: origins, of: Provider(issuer: settings.issuer, transport: transport), as: registration,
            admission: admission,
            pages: try PageRenderer(
                base: OwnPath.prefix, branding: try Branding(configuration),
                language: configuration.text(.pagesLanguage) ?? Translations.fallbackLanguage),
            policy: policy)
    }

    private var policy: SignInPolicy {
        func seconds(_ key: SettingKey) -> Duration { .seconds(configuration.integer(key)) }
        var policy = SignInPolicy()
        policy.sessions = configuration.integer(.gatewaySignInSessions)
        policy.sessionsPerPerson = configuration.integer(.gatewaySignInSessionsPerPerson)
        policy.sessionIdle = seconds(.gatewaySignInSessionIdle)
        policy.sessionLifetime = seconds(.gatewaySignInSessionLifetime)
        policy.pending = configuration.integer(.gatewaySignInPending)
        policy.pendingPerAddress = configuration.integer(.gatewaySignInPendingPerAddress)
        policy.pendingLifetime = seconds(.gatewaySignInPendingLifetime)
        policy.requestsPerAddress = configuration.integer(.gatewaySignInRequestsPerAddress)
        return policy
    }

    private func scope(of routes: [GatewayRoute]) -> Scope {
        if let scope = configuration.text(.gatewaySignInScope).flatMap({ try? Scope($0) }) { return scope }
        var scope = Scope(unchecked: ["openid", "offline_access"])
        for route in routes where route.signsIn {
            if case .rule(let rule) = route.access {
                scope = scope.union(rule.scope)
            }
        }
        return scope
    }

    /// How the client proves who it is; `nil` without a file that says so.
    static func authentication(_ configuration: Configuration) -> ClientAuthentication? {
        if let path = configuration.text(.gatewaySignInClientSecretFile) {
            guard let secret = MasterKeySource.text(in: path), !secret.isEmpty else { return nil }
            return .secretBasic(Secret(secret))
        }
        guard let path = configuration.text(.gatewaySignInClientKeyFile), let facts = FileFacts(path),
            facts.size <= maximumKeyBytes, let bytes = FileManager.default.contents(atPath: path),
            let jwk = try? JSONWebKey(parsing: Array(bytes)), let key = try? SigningKey(jwk)
        else { return nil }
        return .privateKey(key)
    }

    /// Those that are none, and others of the same host, are left out.
    static func origins(_ configuration: Configuration) -> [SignInOrigin] {
        var texts = configuration.list(.gatewaySignInOrigins)
        if texts.isEmpty { texts = [origin(of: configuration.text(.gatewayResource) ?? "")] }
        var origins: [SignInOrigin] = []
        for origin in texts.compactMap({ SignInOrigin($0) }) where !origins.contains(where: { $0.host == origin.host })
        {
            origins.append(origin)
        }
        return origins
    }

    private static func origin(of resource: String) -> String {
        guard let start = resource.utf8.firstRange(of: "://".utf8)?.upperBound else { return "" }
        let end = resource.utf8[start...].firstIndex(of: UInt8(ascii: "/")) ?? resource.utf8.endIndex
        return String(resource[..<end])
    }
}
