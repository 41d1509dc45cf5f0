import Gateway
import JOSE
import OAuth
import ResourceServer
import Risk
import ServerHTTP
import Synchronization
import Testing

/// A gateway whose issuer, routes and questions a test makes as it likes.
struct CraftedGateway {
    static let now = NumericDate(secondsSince1970: 1_800_000_000)
    static let issuer = "https://as.example"
    static let resource = ResourceIndicator(unchecked: "https://api.example/")

    let key: SigningKey
    let endpoint: ForwardAuthEndpoint

    init(
        _ routes: [GatewayRoute]? = nil, keys: (any KeySource)? = nil, revocations: (any RevocationSource)? = nil,
        introspection: IntrospectionClient? = nil, told: ToldDecisions? = nil
    ) throws {
        key = try SigningKey.generate(.ES256)
        let issuer = try #require(Issuer(Self.issuer))
        let validator = AccessTokenValidator(
            issuer: issuer, audience: Self.resource,
            keys: keys ?? FixedKeys(JWKSet(keys: [key.privateJWK.publicKey])))
        let table = try GatewayRouteTable(try routes ?? Self.routes())
        endpoint = ForwardAuthEndpoint(
            judge: GatewayJudge(
                routes: table,
                admission: AccessGuard(validator, introspection: introspection, revocations: revocations)),
            proxies: TrustedProxies(ranges: [try #require(AddressRange("127.0.0.1"))]),
            metadata: ProtectedResourceMetadata(resource: Self.resource, authorizationServers: [issuer]),
            report: told?.report)
    }

    /// `/open` for everybody, `/files` for `read`, `/files/private` for `write` and `GET` alone.
    static func routes() throws -> [GatewayRoute] {
        [
            GatewayRoute(path: try NormalisedPath("/open"), access: .everybody),
            GatewayRoute(path: try NormalisedPath("/files"), access: .rule(AccessRule(scope: try Scope("read")))),
            GatewayRoute(
                path: try NormalisedPath("/files/private"), methods: [.get],
                access: .rule(AccessRule(scope: try Scope("write")))),
        ]
    }

    func token(_ changes: [(String, JSONValue)] = []) throws -> String {
        var claims = JSONObject([
            ("iss", .string(Self.issuer)), ("sub", .string("u1")), ("aud", .string(Self.resource.rawValue)),
            ("client_id", .string("app")), ("jti", .string("t1")), ("scope", .string("read")),
            ("iat", .integer(Self.now.secondsSince1970)), ("exp", .integer(Self.now.secondsSince1970 + 300)),
            ("roles", .array([.string("editor"), .string("clerk")])),
        ])
        for (name, value) in changes { claims[name] = value }
        return try JWTSigner(key, type: "at+jwt").sign(claims.jsonBytes)
    }

    /// The answer to a question as nginx asks it.
    func ask(
        _ target: String, method: String = "GET", token: String? = nil, more: [(String, String)] = [],
        from peer: String = "127.0.0.1"
    ) async -> ServerResponse {
        var fields = [("host", "a.example"), ("x-original-uri", target), ("x-original-method", method)] + more
        if let token { fields.append(("authorization", "Bearer " + token)) }
        return await ask(.original, fields, from: peer)
    }

    func ask(
        _ convention: ForwardAuthConvention, _ fields: [(String, String)], path: String? = nil,
        method: RequestMethod = .get, from peer: String = "127.0.0.1"
    ) async -> ServerResponse {
        let request = ServerRequest(
            method: method, path: path ?? convention.address,
            headers: HeaderFields(fields.map { .init(name: $0.0, value: $0.1) }), peer: Peer(address: "192.0.2.1"),
            sender: Peer(address: peer), requestID: "r1", listener: "forward-auth")
        return await endpoint.answer(convention, request, at: Self.now)
    }
}

/// What a gateway told its operator.
final class ToldDecisions: Sendable {
    private let decisions = Mutex<[GatewayDecision]>([])

    var report: GatewayReport {
        { [self] decision in decisions.withLock { $0.append(decision) } }
    }

    /// All since the last time.
    func take() -> [GatewayDecision] {
        decisions.withLock { all in
            defer { all = [] }
            return all
        }
    }
}

/// Keys that cannot be had.
struct LostKeys: KeySource {
    var version: UInt64 { 0 }

    func keys(for header: JOSEHeader, at now: NumericDate) async throws(IssuerUnavailable) -> [VerificationKey] {
        throw IssuerUnavailable("the issuer is away")
    }

    func knownKeys(for header: JOSEHeader, at now: NumericDate) -> [VerificationKey]? { nil }
}
