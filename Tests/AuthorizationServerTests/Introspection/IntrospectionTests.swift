import AuthorizationServer
import JOSE
import OAuth
import Storage
import TestSupport
import Testing

@Suite struct `Introspection` {
    static let inactive = #"{"active":false}"#

    @Test(
        .requirement(
            "7662-2.2-2", "7662-2.2-3", "7662-2.2-4", "7662-4-1", "7662-4-14", "9068-4-4", "9068-4-5", "9068-4-7",
            "9068-4-10"),
        arguments: ["orders", "payments"])
    func `tells a resource about a token that is meant for it`(resource: String) async throws {
        let issuance = try await Issuance()
        let token = try await issuance.token(
            scope: "read write", resource: ResourceIndicator("https://\(resource).example")
        ).accessToken
        let json = try await issuance.introspect(token, by: resource, at: Issuance.start + .seconds(10))
        #expect(json.bool("active") == true)
        #expect(json.string("scope") == "read write")
        #expect(json.string("client_id") == "svc" && json.string("sub") == "svc")
        #expect(json.string("token_type") == "Bearer")
        #expect(json.integer("exp") == 1_800_000_300 && json.integer("iat") == 1_800_000_000)
        #expect(json.string("iss") == "https://id.example")
        #expect(json["tessera"] == nil)
    }

    @Test(
        .requirement(
            "7662-2.2-6", "7662-2.2-7", "7662-2.3-3", "7662-4-6", "7662-4-8", "7662-4-11", "7662-5-1", "9068-4-8",
            "9068-4-9",
            "7519-4.1.3-1", "7519-4.1.3-2", "8725-3.9-1", "8725-3.9-2", "9068-5-2"))
    func `tells another resource and a mere client nothing`() async throws {
        let issuance = try await Issuance()
        for (api, other) in [(Issuance.jwtAPI, "payments"), (Issuance.opaqueAPI, "orders")] {
            let token = try await issuance.token(resource: api).accessToken
            for caller in [other, "svc"] {
                #expect(try await issuance.introspect(token, by: caller).jsonText == Self.inactive)
            }
        }
    }

    @Test(
        .requirement("7662-4-2", "9068-4-13", "7519-4.1.4-1", "7519-4.1.4-2", "6749-7-2"),
        arguments: [(299, true), (300, false), (301, false)])
    func `calls a token inactive from the second it expires`(age: Int, active: Bool) async throws {
        let issuance = try await Issuance()
        for api in [(Issuance.jwtAPI, "orders"), (Issuance.opaqueAPI, "payments")] {
            let token = try await issuance.token(resource: api.0).accessToken
            let now = Issuance.start + .seconds(age)
            #expect(try await issuance.isActive(token, by: api.1, at: now) == active)
        }
    }

    @Test(.requirement("7662-2.1-4", "7662-4-3")) func `calls a token from the future inactive`() async throws {
        let issuance = try await Issuance()
        let token = try await issuance.token(at: Issuance.start + .seconds(3600)).accessToken
        #expect(try await !issuance.isActive(token, at: Issuance.start))
    }

    @Test(.requirement("7662-2.1-5", "7662-4-7", "7662-2.3-1")) func `is only for who proves to be registered`()
        async throws
    {
        let issuance = try await Issuance()
        let token = try await issuance.token().accessToken
        let presented = try PresentedToken(Issuance.form("token=\(token.revealedValue)"))
        for credentials in [
            try Issuance.basic("orders", Secret("wrong")), try Issuance.basic("nobody"),
            try ClientCredentials(authorization: nil, form: Issuance.form("client_id=orders")),
            try ClientCredentials(authorization: nil, form: Issuance.form("client_id=tessera-admin")),
        ] {
            let error = await #expect(throws: Rejection.self) {
                try await issuance.provider.introspect(
                    presented, from: credentials, caller: Issuance.caller, at: Issuance.start)
            }
            #expect(error?.oauthError.code == .invalidClient)
        }
    }

    @Test(.requirement("7662-2.1-2")) func `needs a token`() {
        #expect(throws: OAuthError(.invalidRequest, "token is missing")) { try PresentedToken(Issuance.form("")) }
    }

    @Test(.requirement("7662-2.1-3", "7009-2.1-3"), arguments: ["refresh_token", "access_token", "nonsense"])
    func `is not misled by a wrong hint`(hint: String) async throws {
        let issuance = try await Issuance()
        for (api, by) in [(Issuance.jwtAPI, "orders"), (Issuance.opaqueAPI, "payments")] {
            let token = try await issuance.token(resource: api).accessToken
            let form = try Issuance.form("token=\(token.revealedValue)&token_type_hint=\(hint)")
            let answer = try await issuance.provider.introspect(
                PresentedToken(form), from: Issuance.basic(by), caller: Issuance.caller, at: Issuance.start)
            guard case .active = answer.response else { return #expect(Bool(false), "inactive with hint \(hint)") }
        }
    }

    @Test(
        .requirement(
            "7662-4-5", "9068-4-11", "9068-2.1-3", "9068-4-12", "8725-3.12-1", "8725-2.8-1", "8725-3.8-1", "8725-3.8-2",
            "8725-3.12-2"))
    func `calls a JWT inactive that another key, issuer or purpose made`() async throws {
        let issuance = try await Issuance()
        let genuine = try await issuance.token().accessToken.revealedValue
        let jwt = try UnverifiedJWT(genuine)
        let stranger = try SigningKey.generate(.ES256)
        let claims = try Base64URL.decode(String(genuine.split(separator: ".")[1]))
        var asOurs = stranger.privateJWK.json
        asOurs["kid"] = .string(jwt.header.keyID ?? "")
        let withOurKeyID = try SigningKey(JSONWebKey(asOurs))
        for forged in [
            try JWTSigner(stranger, type: "at+jwt").sign(claims),
            try JWTSigner(withOurKeyID, type: "at+jwt").sign(claims),
            String(genuine.prefix { $0 != "." }) + "." + Base64URL.encode(claims) + ".",
            Base64URL.encode(Array(#"{"alg":"none","typ":"at+jwt"}"#.utf8)) + "." + Base64URL.encode(claims) + ".",
            genuine + "A", String(genuine.dropLast()),
        ] {
            #expect(try await !issuance.isActive(Secret(forged)))
        }
        #expect(try await issuance.isActive(Secret(genuine)))
    }
}
