import AuthorizationServer
import JOSE
import OAuth
import TestSupport
import Testing

@Suite struct `The metadata document` {
    private func metadata(
        _ issuer: String = "https://id.example/a", isOpenID: Bool = false
    ) async throws -> JSONObject {
        let provider = try await Issuance(issuer: issuer, registers: false).provider
        return try JSONObject(
            parsing: (isOpenID ? provider.openIDMetadataDocument() : provider.metadataDocument()).body)
    }

    @Test(
        .requirement(
            "8414-2-3", "8414-2-4", "8414-2-7", "8414-2-8", "8414-3.2-3", "8414-3.3-1", "7009-2-3", "7009-2-4",
            "7009-2-7",
            "6749-3.2-2"))
    func `names the issuer and each endpoint that exists, by https URLs of its own`() async throws {
        let metadata = try await metadata()
        #expect(metadata.string("issuer") == "https://id.example/a")
        #expect(metadata.string("token_endpoint") == "https://id.example/a/token")
        #expect(metadata.string("jwks_uri") == "https://id.example/a/jwks")
        #expect(metadata.string("introspection_endpoint") == "https://id.example/a/introspect")
        #expect(metadata.string("revocation_endpoint") == "https://id.example/a/revoke")
        #expect(metadata.strings("grant_types_supported") == GrantType.allCases.map(\.rawValue))
        #expect(metadata.string("authorization_endpoint") == "https://id.example/a/authorize")
        #expect(metadata.string("pushed_authorization_request_endpoint") == "https://id.example/a/par")
        #expect(metadata["registration_endpoint"] == nil, "nobody may register")
        for (_, value) in metadata.members {
            guard case .string(let text) = value else { continue }
            #expect(text.hasPrefix("https://") && !text.contains("#") && !text.contains("?"))
        }
    }

    @Test(.requirement("8414-3.2-4", "oidc-discovery-3-15")) func `leaves out what has no value`() async throws {
        for isOpenID in [false, true] {
            let members = try await metadata(isOpenID: isOpenID).members
            #expect(!members.contains { $0.value == .array([]) || $0.value == .null })
            #expect(Set(members.map(\.name)).count == members.count)
        }
    }

    @Test(
        .requirement(
            "7636-6.2-1", "9126-5-1", "9126-5-2", "9207-3-1", "9700-2.1.1-6", "9700-2.4-1", "oidc-discovery-3-8",
            "oidc-discovery-3-9")) func `says what the code flow needs, and offers nothing that is gone from OAuth`()
        async throws
    {
        let metadata = try await metadata()
        #expect(metadata.strings("response_types_supported") == ["code"])
        #expect(metadata.strings("response_modes_supported") == ["query", "form_post"])
        #expect(metadata.strings("code_challenge_methods_supported") == ["S256"])
        #expect(metadata.bool("authorization_response_iss_parameter_supported") == true)
        #expect(
            Set(metadata.strings("grant_types_supported") ?? [])
                == [
                    "authorization_code", "refresh_token", "client_credentials",
                    "urn:ietf:params:oauth:grant-type:token-exchange",
                ])
    }

    @Test(
        .requirement(
            "9207-2.3-1", "oidc-discovery-3-1", "oidc-discovery-3-2", "oidc-discovery-3-3", "oidc-discovery-3-4",
            "oidc-discovery-3-5", "oidc-discovery-3-7", "oidc-discovery-3-10", "oidc-discovery-3-11",
            "oidc-discovery-3-12", "oidc-discovery-3-13", "oidc-discovery-3-14", "oidc-discovery-4.1-2", "9068-4-3",
            "8414-2-2"))
    func `of OpenID Connect says the same and more`() async throws {
        let plain = try await metadata()
        let openID = try await metadata(isOpenID: true)
        for (name, value) in plain.members { #expect(openID[name] == value, "\(name)") }
        #expect(openID.string("userinfo_endpoint") == "https://id.example/a/userinfo")
        #expect(openID.string("end_session_endpoint") == "https://id.example/a/logout")
        #expect(openID.strings("id_token_signing_alg_values_supported")?.contains("RS256") == true)
        #expect(openID.strings("subject_types_supported") == ["public", "pairwise"])
        #expect(openID.bool("request_uri_parameter_supported") == false)
        #expect(openID.strings("claims_supported")?.contains("sub") == true)
        #expect(Issuer("https://id.example/a")?.openIDMetadataPath == "/a/.well-known/openid-configuration")
    }

    @Test(
        .requirement(
            "8414-2-9", "8414-2-10", "8414-2-12", "8414-2-15", "8414-2-16", "8414-2-17", "8414-2-19", "8414-2-20"),
        arguments: ["token_endpoint", "introspection_endpoint", "revocation_endpoint"])
    func `names methods and algorithms of client authentication, never none for signatures`(
        endpoint: String
    ) async throws {
        let metadata = try await metadata()
        let methods = try #require(metadata.strings(endpoint + "_auth_methods_supported"))
        // A public client redeems and revokes; it never asks about tokens (RFC 7662 §2.1).
        let isOpen = endpoint != "introspection_endpoint"
        #expect(
            Set(methods)
                == Set(["client_secret_basic", "client_secret_post", "private_key_jwt"] + (isOpen ? ["none"] : [])))
        let algorithms = try #require(metadata.strings(endpoint + "_auth_signing_alg_values_supported"))
        #expect(algorithms.contains("RS256") && algorithms.contains("ES256"))
        #expect(!algorithms.contains("none") && !algorithms.contains { $0.hasPrefix("HS") })
    }

    @Test(.requirement("8414-3-1", "8414-3-3")) func `lies between host and path of the issuer`() {
        #expect(
            Issuer("https://id.example/a")?.metadataPath == "/.well-known/oauth-authorization-server/a")
    }

    @Test func `changes its validator with its content`() async throws {
        let one = try await Issuance(registers: false).provider.metadataDocument()
        let other = try await Issuance(issuer: "https://other.example", registers: false).provider.metadataDocument()
        let again = try await Issuance(registers: false).provider.metadataDocument()
        #expect(one.etag == again.etag && one.etag != other.etag)
        #expect(one.etag.hasPrefix("\"") && one.etag.hasSuffix("\""))
    }
}
