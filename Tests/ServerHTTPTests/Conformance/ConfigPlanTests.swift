import JOSE
import OAuth
import Storage
import TestSupport
import Testing

/// What the plans of the OpenID Foundation ask of the discovery document and of the published keys.
@Suite(.timeLimit(.minutes(5))) struct `The config plan` {
    @Test(
        .requirement(
            "oidc-discovery-3-1", "oidc-discovery-3-2", "oidc-discovery-3-3", "oidc-discovery-3-4",
            "oidc-discovery-3-5", "oidc-discovery-3-6", "oidc-discovery-3-7", "oidc-discovery-3-8",
            "oidc-discovery-3-9", "oidc-discovery-3-10", "oidc-discovery-3-11", "oidc-discovery-3-12",
            "oidc-discovery-3-13", "oidc-discovery-3-14", "oidc-discovery-3-15", "oidc-discovery-4.2-1", "6749-3.1-3",
            "9700-2.6-1", "oidc-core-15.2-1", "oidc-rp-initiated-logout-2.1-1", "8414-2-6"))
    func `finds all that a client has to know, and only https addresses`() async throws {
        try await ConformanceServer.run { server in
            let answer = try await server.live.exchange(RequestText.get("/.well-known/openid-configuration"))
            #expect(answer.status == 200 && answer.header("content-type") == "application/json")
            let metadata = try JSONObject(parsing: Array(answer.body.utf8))
            #expect(metadata.string("issuer") == ConformanceServer.issuer)
            let addresses = metadata.members.filter { $0.name.hasSuffix("_endpoint") || $0.name == "jwks_uri" }
            for (name, value) in addresses {
                #expect(value.string?.hasPrefix("https://id.example/") == true, "\(name)")
            }
            let named = Set(addresses.map(\.name))
            #expect(
                named.isSuperset(of: [
                    "authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri",
                    "registration_endpoint", "end_session_endpoint",
                ]))
            #expect(metadata.strings("response_types_supported") == ["code"])
            #expect(metadata.strings("response_modes_supported").map(Set.init) == ["query", "form_post"])
            #expect(metadata.strings("subject_types_supported").map(Set.init) == ["public", "pairwise"])
            #expect(metadata.strings("code_challenge_methods_supported") == ["S256"])
            let contained: [(name: String, value: String)] = [
                ("id_token_signing_alg_values_supported", "RS256"), ("scopes_supported", "openid"),
                ("claims_supported", "sub"), ("grant_types_supported", "authorization_code"),
                ("token_endpoint_auth_methods_supported", "client_secret_basic"),
            ]
            for (name, value) in contained { #expect(metadata.strings(name)?.contains(value) == true, "\(name)") }
            for (name, value) in metadata.members where name.contains("signing_alg") {
                #expect(value.strings?.contains("none") == false, "\(name)")
            }
            for (name, value) in metadata.members { #expect(value.strings?.isEmpty != true, "\(name) is empty") }
            #expect(metadata.bool("claims_parameter_supported") == true)
            #expect(metadata.bool("request_parameter_supported") == false)
            #expect(metadata.bool("request_uri_parameter_supported") == false)
            #expect(metadata.bool("authorization_response_iss_parameter_supported") == true)
        }
    }

    @Test(.requirement("oidc-core-10.1-1", "oidc-core-16.13-1", "oidc-discovery-3-5"))
    func `finds public keys of enough strength, each under a name of its own`() async throws {
        try await ConformanceServer.run { server in
            let keys = try await server.keySet().keys
            #expect(!keys.isEmpty)
            #expect(Set(keys.compactMap(\.keyID)).count == keys.count)
            for key in keys {
                #expect(!key.isPrivate && key.use == "sig" && key.algorithm != nil)
                switch key.keyType {
                case "RSA":
                    let modulus = try Base64URL.decode(try #require(key.json.string("n")))
                    #expect(modulus.count >= 256, "2048 bits")
                default: #expect(["P-256", "Ed25519"].contains(key.curve))
                }
            }
        }
    }
}
