import AuthorizationServer
import JOSE
import OAuth
import Storage
import StorageTesting
import TestSupport
import Testing

/// The point 379 G on P-256, whose x begins with a zero octet, as Authlib writes it.
@Suite struct `A client's key without its leading zeroes` {
    private static let y = "u0yFo9jqKe-q-iRAaRLdhNWxTcMr9lbvbGvVil2UP5I"
    private static let d = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAXs"
    private static let short = key("VUOJSvPQDtfXQKvb11yWsGh3t4fbX3Dup4uQqNfACg")
    private static let full = key("AFVDiUrz0A7X10Cr29dclrBod7eH219w7qeLkKjXwAo")
    private static let id = ClientID(unchecked: "svc")

    private static func key(_ x: String) -> JSONObject {
        JSONObject([("kty", .string("EC")), ("crv", .string("P-256")), ("x", .string(x)), ("y", .string(y))])
    }

    private static func set(_ key: JSONObject) -> JSONObject { JSONObject([("keys", .array([.object(key)]))]) }

    private func credentials(_ now: NumericDate) throws -> ClientCredentials {
        var json = Self.full
        json["d"] = .string(Self.d)
        let claims = JSONObject([
            ("iss", .string("svc")), ("sub", .string("svc")), ("aud", .string("https://id.example")),
            ("jti", .string("j1")), ("iat", .integer(now.secondsSince1970)),
            ("exp", .integer(now.secondsSince1970 + 60)),
        ])
        let jwt = try JWTSigner(SigningKey(JSONWebKey(json)), type: "JWT").sign(claims.jsonBytes)
        let form =
            "client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer&client_assertion=\(jwt)"
        return try ClientCredentials(authorization: nil, form: Issuance.form(form))
    }

    @Test func `proves who it is when it is published at jwks_uri`() async throws {
        let issuance = try await Issuance(clientMethod: .privateKeyJWT, keySetURL: "https://svc.example/jwks")
        issuance.fetcher.serve(Self.set(Self.short).jsonBytes)
        #expect(try await issuance.token(credentials: credentials(Issuance.start)).expiresIn == 300)
    }

    @Test func `is kept in full when an administrator gives it`() async throws {
        let issuance = try await Issuance(registers: false)
        let administration = Administration(provider: issuance.provider)
        let draft = ClientDraft(
            id: "svc", name: "Service",
            credentials: CredentialsDraft(method: "private_key_jwt", keySet: Self.set(Self.short)))
        _ = try await administration.createClient(draft, by: .root, at: Issuance.start)
        let kept = try #require(try await issuance.store.client(Self.id)?.credentials.keySet)
        #expect(kept.keys == [try JSONWebKey(Self.full)])
        #expect(kept.publicJSON == Self.set(Self.full))
    }

    @Test(.requirement("oidc-registration-2-7"))
    func `is kept and answered in full when a client registers itself`() async throws {
        let issuer = try await Registrations(isOpen: true)
        let start =
            #"{"redirect_uris":["https://app.example/cb"],"token_endpoint_auth_method":"private_key_jwt","jwks":"#
        let made = try await issuer.register(start + Self.set(Self.short).jsonText + "}")
        #expect(made.metadata.jwks?.publicJSON == Self.set(Self.full))
        let kept = try await issuer.people.store.client(made.clientID)?.credentials.keySet
        #expect(kept?.publicJSON == Self.set(Self.full))
        let changed = try await issuer.update(
            made,
            to: start + Self.set(Self.short).jsonText + #","client_id":"\#(made.clientID)"}"#)
        #expect(changed.metadata.jwks?.publicJSON == Self.set(Self.full))
        // With the private half it is burnt, in this spelling too.
        var burnt = Self.short
        burnt["d"] = .string(Self.d)
        #expect(await issuer.refusal(of: start + Self.set(burnt).jsonText + "}") == .invalidClientMetadata)
    }
}
