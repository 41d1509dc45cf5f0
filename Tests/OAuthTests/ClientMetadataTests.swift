import JOSE
import OAuth
import TestSupport
import Testing

@Suite struct `Client metadata` {
    private func read(_ text: String) throws -> ClientMetadata { try ClientMetadata(parsing: Array(text.utf8)) }

    @Test(
        .requirement(
            "7591-2-1", "7591-2-4", "7591-2-5", "oidc-core-9-1", "oidc-registration-2-1", "oidc-registration-2-4"))
    func `has the defaults of the standards`() throws {
        let metadata = try read(#"{"redirect_uris":["https://app.example/cb"],"unknown":[1],"client_name":null}"#)
        #expect(metadata.authMethod == .clientSecretBasic && metadata.grantTypes == [.authorizationCode])
        #expect(metadata.idTokenAlgorithm == .RS256 && metadata.applicationType == .web && metadata.name == nil)
    }

    @Test(.requirement("7591-3.2.1-5")) func `is written as it was read`() throws {
        let metadata = try read(
            #"{"redirect_uris":["http://127.0.0.1/cb"],"application_type":"native","client_name":"Ä","#
                + #""grant_types":["authorization_code","refresh_token"],"response_types":["code"],"scope":"openid x","#
                + #""token_endpoint_auth_method":"none","contacts":["a@b.example"],"default_max_age":5,"#
                + #""subject_type":"pairwise","id_token_signed_response_alg":"ES256","require_auth_time":true,"#
                + #""backchannel_logout_uri":"https://app.example/out","backchannel_logout_session_required":true,"#
                + #""initiate_login_uri":"https://app.example/in","tos_uri":"https://app.example/tos"}"#)
        let registration = ClientRegistration(
            clientID: ClientID(unchecked: "c"), clientSecret: nil, issuedAt: NumericDate(secondsSince1970: 1),
            accessToken: Secret("t"), registrationURI: "https://id.example/clients/c", metadata: metadata)
        var again = try ClientMetadata(parsing: registration.json)
        #expect(again.clientID == "c")
        again.clientID = nil
        #expect(again == metadata)
        #expect(try JSONObject(parsing: registration.json)["client_secret_expires_at"] == nil)
    }

    @Test(
        .requirement(
            "7591-2-2", "7591-2-3", "7591-2-7", "7591-2.1-1", "7591-3.2.2-2", "7591-3.2.2-3", "7591-5-1",
            "oidc-core-2-11", "oidc-registration-2-5", "oidc-registration-2-8"),
        arguments: [
            ("[]", ""), ("{", ""), ("{}", "redirect_uris"),
            (#"{"redirect_uris":"https://a.example"}"#, "redirect_uris"),
            (#"{"redirect_uris":["javascript:alert(1)//"]}"#, "redirect_uris"),
            (#"{"redirect_uris":["http://a.example/cb"]}"#, "redirect_uris"),
            (#"{"redirect_uris":["https://a.example/#f"]}"#, "redirect_uris"),
            (
                #"{"redirect_uris":["https://a.example"],"post_logout_redirect_uris":["data:x"]}"#,
                "post_logout_redirect_uris"
            ),
            (#"{"redirect_uris":["https://a.example"],"logo_uri":"javascript:alert(1)"}"#, "logo_uri"),
            (#"{"redirect_uris":["https://a.example"],"initiate_login_uri":"http://a.example"}"#, "initiate_login_uri"),
            (#"{"redirect_uris":["https://a.example"],"client_name":"a\u202eb"}"#, "client_name"),
            (#"{"redirect_uris":["https://a.example"],"client_name":"a\nb"}"#, "client_name"),
            (#"{"redirect_uris":["https://a.example"],"grant_types":["password"]}"#, "grant_types"),
            (#"{"redirect_uris":["https://a.example"],"response_types":["token"]}"#, "response_types"),
            (#"{"grant_types":["client_credentials"],"response_types":["code"]}"#, "response_types"),
            (
                #"{"redirect_uris":["https://a.example"],"id_token_signed_response_alg":"none"}"#,
                "id_token_signed_response_alg"
            ),
            (
                #"{"redirect_uris":["https://a.example"],"id_token_signed_response_alg":"HS256"}"#,
                "id_token_signed_response_alg"
            ),
            (
                #"{"redirect_uris":["https://a.example"],"token_endpoint_auth_method":"private_key_jwt"}"#,
                "token_endpoint_auth_method"
            ),
            (#"{"redirect_uris":["https://a.example"],"jwks":{"keys":[]}}"#, "jwks"),
            (#"{"redirect_uris":["https://a.example"],"jwks":1}"#, "jwks"),
            // A private key on P-256 whose x lacks its leading zero: of no use, and nevertheless burnt.
            (
                #"{"redirect_uris":["https://a.example"],"jwks":{"keys":[{"kty":"OKP","crv":"Ed25519","#
                    + #""x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},{"kty":"EC","crv":"P-256","#
                    + #""x":"VUOJSvPQDtfXQKvb11yWsGh3t4fbX3Dup4uQqNfACg","#
                    + #""y":"u0yFo9jqKe-q-iRAaRLdhNWxTcMr9lbvbGvVil2UP5I","#
                    + #""d":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAXs"}]}}"#,
                "jwks"
            ),
            (#"{"redirect_uris":["https://a.example"],"scope":"a\"b"}"#, "scope"),
            (#"{"redirect_uris":["https://a.example"],"default_max_age":-1}"#, "default_max_age"),
            (#"{"redirect_uris":["https://a.example"],"require_auth_time":1}"#, "require_auth_time"),
        ])
    func `names the member that is wrong`(text: String, member: String) throws {
        let error = try #require(throws: ClientMetadataError.self) { try read(text) }
        #expect(error.member == member)
        #expect(error.oauthError.code == (member == "redirect_uris" ? .invalidRedirectURI : .invalidClientMetadata))
    }
}

@Suite struct `Discovery` {
    @Test(
        .requirement(
            "oidc-discovery-3-2", "oidc-discovery-3-3", "oidc-discovery-3-4", "oidc-discovery-3-5",
            "oidc-discovery-3-7", "oidc-discovery-3-8", "oidc-discovery-3-10", "oidc-discovery-3-13",
            "oidc-discovery-3-14", "oidc-discovery-4.1-2", "9207-3-1", "9700-2.1.1-6", "9126-5-1"))
    func `names what OpenID requires and nothing that does not exist`() throws {
        let issuer = try #require(Issuer("https://id.example/a"))
        let metadata = ProviderMetadata(
            issuer: issuer, authMethods: [.clientSecretBasic], assertionAlgorithms: [.ES256],
            idTokenAlgorithms: [.ES256, .RS256], contextClasses: ["urn:x"], subjectTypes: ["public"],
            documentation: nil)
        let json = try JSONObject(parsing: metadata.openIDJSON)
        for member in [
            "issuer", "authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri", "scopes_supported",
            "response_types_supported", "subject_types_supported", "id_token_signing_alg_values_supported",
            "claims_supported", "end_session_endpoint", "pushed_authorization_request_endpoint",
        ] { #expect(json[member] != nil, "\(member)") }
        #expect(json["registration_endpoint"] == nil)
        #expect(json.strings("code_challenge_methods_supported") == ["S256"])
        #expect(json.bool("authorization_response_iss_parameter_supported") == true)
        #expect(json.bool("request_uri_parameter_supported") == false)
        #expect(json.strings("token_endpoint_auth_methods_supported") == ["client_secret_basic", "none"])
        let plain = try JSONObject(parsing: metadata.json)
        #expect(plain["authorization_endpoint"] == json["authorization_endpoint"])
        #expect(issuer.openIDMetadataPath == "/a/.well-known/openid-configuration")
        #expect(issuer.origin == "https://id.example")
    }
}
