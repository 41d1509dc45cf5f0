import JOSE
import OAuth
import Storage
import Testing

/// What the token endpoint gave to an application, checked as the OpenID Foundation's suite checks every such answer.
struct ReceivedTokens {
    let accessToken: String
    let refreshToken: String?
    let idToken: String
    /// What the ID token says, after its signature was checked with the published keys.
    let identity: JSONObject
    let header: JOSEHeader

    init(
        _ answer: RawAnswer, from server: ConformanceServer, for client: String,
        signedWith algorithm: Algorithm = .RS256
    ) async throws {
        #expect(answer.status == 200 && answer.header("content-type") == "application/json")
        #expect(answer.header("cache-control") == "no-store" && answer.header("pragma") == "no-cache")
        let json = try JSONObject(parsing: Array(answer.body.utf8))
        #expect(json.string("token_type") == "Bearer" && (json.integer("expires_in") ?? 0) > 0)
        accessToken = try #require(json.string("access_token"))
        #expect(accessToken.utf8.count >= 43)
        refreshToken = json.string("refresh_token")
        idToken = try #require(json.string("id_token"))

        let jwt = try UnverifiedJWT(idToken)
        header = jwt.header
        #expect(header.algorithm == algorithm.rawValue && header.keyID != nil && header.type == "JWT")
        let published = try await server.keySet()
        let key = try #require(published.verificationKeys(for: header).first)
        identity = try jwt.verified(by: key, type: .exactly("JWT")).claims

        let now = server.clock.now
        #expect(identity.string("iss") == ConformanceServer.issuer)
        #expect(identity.string("aud") == client)
        let subject = try #require(identity.string("sub"))
        #expect(!subject.isEmpty && subject.utf8.count <= 255 && subject.utf8.allSatisfy { $0 < 0x80 })
        let expiry = try #require(identity.date("exp"))
        #expect(identity.date("iat") == now && expiry > now)
        #expect(identity.string("at_hash") == IDTokenClaims.halfHash(of: Secret(accessToken), for: algorithm))
        // The claims of scopes come from UserInfo, as there is an access token (OpenID Core §5.4).
        for scope in StandardClaims.identityScopes {
            for name in StandardClaims.names(scope) { #expect(identity[name] == nil, "\(name)") }
        }
    }
}

extension ConformanceServer {
    /// A document that anybody may read.
    func document(_ path: String) async throws -> JSONObject {
        let answer = try await live.exchange(RequestText.get(path))
        #expect(answer.status == 200)
        return try JSONObject(parsing: Array(answer.body.utf8))
    }

    func metadata() async throws -> JSONObject { try await document("/.well-known/openid-configuration") }

    func keySet() async throws -> JWKSet {
        let address = try #require(try await metadata().string("jwks_uri"))
        try #require(address.hasPrefix(Self.issuer))
        return try JWKSet(try await document(String(address.dropFirst(Self.issuer.count))))
    }
}
