import AuthorizationServer
import JOSE
import OAuth
import Risk
import Storage
import TestSupport
import Testing

/// Clients that register themselves, over HTTP.
@Suite(.timeLimit(.minutes(5))) struct `The registration endpoint` {
    private static let plain = #"{"redirect_uris":["https://app.example/cb"]}"#
    private static let root = Administrator(
        actor: "uid:0", rights: Set(AdministrativeRight.allCases), address: "unix", requestID: "r")

    private func run(
        _ registration: (inout RegistrationPolicy) -> Void, _ body: (ConformanceServer) async throws -> Void
    ) async throws {
        let server = try await ConformanceServer(registration: registration)
        do { try await body(server) } catch {
            try? await server.live.shutDown()
            throw error
        }
        try await server.live.shutDown()
    }

    private func initialAccess(_ server: ConformanceServer, uses: Int64 = 1) async throws -> NewInitialAccess {
        try await Administration(provider: server.provider).createInitialAccess(
            InitialAccessDraft(uses: uses, lifetime: 600), by: Self.root, at: server.clock.now)
    }

    @Test func `is not there unless the operator says so`() async throws {
        try await run {
            $0.isEnabled = false
        } _: { server async throws in
            for (method, path) in [("POST", "/clients"), ("GET", "/clients/x"), ("DELETE", "/clients/rp")] {
                #expect(try await server.send(method, path, method == "POST" ? Self.plain : nil).status == 404)
            }
            #expect(try await server.metadata()["registration_endpoint"] == nil)
        }
    }

    @Test(
        .requirement(
            "7591-3.1-1", "7591-3.2.1-1", "7591-3.2.1-2", "7591-3.2.1-3", "7591-3.2.1-4", "7591-3.2.1-5",
            "7591-2-4", "7591-2-5", "7592-3-1", "7591-3-1", "7592-2-1", "oidc-registration-2-1",
            "oidc-registration-2.1-1",
            "oidc-registration-3-1", "oidc-registration-3-2", "oidc-registration-3.1-1", "oidc-registration-3.2-1",
            "oidc-registration-3.2-3", "oidc-registration-3.2-4", "oidc-registration-3.2-5",
            "oidc-registration-3.2-6", "oidc-registration-4.1-1"))
    func `answers with all that it registered`() async throws {
        try await ConformanceServer.run { server async throws in
            let made = try await server.register(
                #""client_name":"App","client_name#de":"Anwendung","contacts":["ops@app.example"],"unknown":{"a":[1]}"#)
            #expect(made.json.integer("client_id_issued_at") == LiveServer.start.secondsSince1970)
            #expect(made.secret?.revealedValue.hasPrefix("tsc_") == true)
            #expect(made.json.integer("client_secret_expires_at") == 0)
            #expect(made.json.string("token_endpoint_auth_method") == "client_secret_basic")
            #expect(made.json.strings("grant_types") == ["authorization_code"])
            #expect(made.json.strings("response_types") == ["code"])
            #expect(made.json.string("client_name") == "App" && made.json.strings("contacts") == ["ops@app.example"])
            #expect(made.json["unknown"] == nil && made.json["client_name#de"] == nil)
            #expect(made.path == "/clients/" + made.id && made.access.hasPrefix("tsx_"))
            #expect(try await server.register().id != made.id)
            let endpoint = try await server.metadata().string("registration_endpoint")
            #expect(endpoint == "https://id.example/clients")
        }
    }

    @Test(.requirement("7591-3-2", "oidc-registration-3.3-2"))
    func `asks for an initial access token, in the header and a good one`() async throws {
        try await run {
            $0.isOpen = false
        } _: { server async throws in
            let bare = try await server.send("POST", "/clients", Self.plain)
            #expect(bare.status == 401 && bare.header("www-authenticate")?.hasPrefix("Bearer realm=") == true)
            let good = try await initialAccess(server, uses: 2)
            let text = good.secret.revealedValue
            for wrong in ["tsi_wrong", text + "x", String(text.dropLast()), "tsx_" + text.dropFirst(4)] {
                let answer = try await server.send("POST", "/clients", Self.plain, with: wrong)
                #expect(answer.status == 401 && answer.body.contains(#""invalid_token""#))
                // Who may not register learns nothing of what would be wrong.
                #expect(try await server.send("POST", "/clients", "{", with: wrong).status == 401)
            }
            let inQuery = try await server.send("POST", "/clients?access_token=\(text)", Self.plain)
            #expect(inQuery.status == 400)

            let made = try SelfRegistered(try await server.send("POST", "/clients", Self.plain, with: text))
            // It manages nothing: not the client that it made, either.
            #expect(try await server.send("GET", made.path, with: text).status == 401)
            #expect(try await server.send("POST", "/clients", Self.plain, with: made.access).status == 401)
            // What is refused costs no use.
            #expect(try await server.refusal(of: "{}", with: text) == "400 invalid_redirect_uri")
            #expect(try await server.send("POST", "/clients", Self.plain, with: text).status == 201)
            #expect(try await server.send("POST", "/clients", Self.plain, with: text).status == 401)
        }
    }

    @Test func `takes no initial access token that expired or that an administrator ended`() async throws {
        try await run {
            $0.isOpen = false
        } _: { server async throws in
            let (ended, late) = (try await initialAccess(server), try await initialAccess(server))
            try await Administration(provider: server.provider).deleteInitialAccess(
                ended.stored.id, by: Self.root, at: server.clock.now)
            let refused = try await server.send("POST", "/clients", Self.plain, with: ended.secret.revealedValue)
            #expect(refused.status == 401)
            server.clock.advance(600)
            let expired = try await server.send("POST", "/clients", Self.plain, with: late.secret.revealedValue)
            #expect(expired.status == 401)
        }
    }

    @Test(
        .requirement(
            "7591-3.2.2-1", "7591-3.2.2-2", "7591-5-1", "7591-2-2", "7591-2-3", "oidc-registration-2-2",
            "oidc-registration-2-3", "oidc-registration-3.3-1"),
        arguments: [
            "{}", #"{"redirect_uris":[]}"#, #"{"redirect_uris":null}"#, #"{"redirect_uris":"https://app.example/cb"}"#,
            #"{"redirect_uris":["http://app.example/cb"]}"#, #"{"redirect_uris":["https://app.example/cb#x"]}"#,
            #"{"redirect_uris":["https://*.example/cb"]}"#, #"{"redirect_uris":["https://u@app.example/cb"]}"#,
            #"{"redirect_uris":["https://app.example/a/../cb"]}"#, #"{"redirect_uris":["javascript:alert(1)"]}"#,
            #"{"redirect_uris":["data:text/html,x"]}"#, #"{"redirect_uris":["com.example.app:/cb"]}"#,
            #"{"redirect_uris":["/cb"]}"#, #"{"redirect_uris":["https://app.example/cb",1]}"#,
            #"{"redirect_uris":["https://app.example/cb","https://app.example/cb"]}"#,
            #"{"application_type":"native","redirect_uris":["http://app.example/cb"]}"#,
            #"{"application_type":"native","redirect_uris":["myapp:/cb"]}"#,
        ])
    func `refuses addresses that nobody should be sent to`(body: String) async throws {
        try await ConformanceServer.run { server async throws in
            #expect(try await server.refusal(of: body) == "400 invalid_redirect_uri")
        }
    }

    @Test(
        .requirement(
            "7591-3.2.2-1", "7591-3.2.2-3", "7591-2.3-1", "7591-2-6", "7591-2.1-1", "7591-2-8", "oidc-core-4-4",
            "oidc-registration-2-5", "oidc-registration-2-6", "oidc-registration-2-7", "oidc-registration-2-8",
            "oidc-registration-2-9", "oidc-registration-2-12", "oidc-registration-2-16", "oidc-registration-3.3-1"),
        arguments: [
            #""software_statement":"e30.e30.e30""#, #""grant_types":["client_credentials"]"#,
            #""grant_types":["implicit"]"#, #""grant_types":["refresh_token"]"#,
            #""response_types":["token"]"#, #""response_types":["code id_token"]"#, #""response_types":"code""#,
            #""application_type":"browser""#, #""subject_type":"secret""#,
            #""token_endpoint_auth_method":"client_secret_jwt""#, #""token_endpoint_auth_method":"private_key_jwt""#,
            #""token_endpoint_auth_method":"tls_client_auth""#, #""token_endpoint_auth_method":7"#,
            #""token_endpoint_auth_signing_alg":"none""#,
            #""token_endpoint_auth_method":"private_key_jwt","jwks_uri":"http://app.example/jwks""#,
            #""jwks":{"keys":[]}"#, #""jwks":[]"#, #""jwks":{"keys":[{"kty":"oct","k":"AAAA"}]}"#,
            #""jwks_uri":"https://app.example/jwks","jwks":{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#,
            #""id_token_signed_response_alg":"none""#, #""id_token_signed_response_alg":"HS256""#,
            #""userinfo_signed_response_alg":"none""#, #""id_token_encrypted_response_alg":"RSA-OAEP""#,
            #""userinfo_encrypted_response_alg":"RSA1_5""#, #""request_object_signing_alg":"none""#,
            #""client_uri":"javascript:x""#, #""logo_uri":"javascript:x""#, #""policy_uri":"http://app.example/p""#,
            #""tos_uri":"data:text/html,x""#, #""initiate_login_uri":"http://app.example/login""#,
            #""initiate_login_uri":"com.example.app:/login""#, #""backchannel_logout_uri":"http://app.example/bye""#,
            #""post_logout_redirect_uris":["http://app.example/bye"]"#, #""client_name":"a\u202eb""#,
            #""client_name":"  ""#, #""client_name":"a\u0000b""#, #""client_name":{"en":"App"}"#,
            #""contacts":"ops@app.example""#, #""scope":["openid"]"#, #""scope":"open\"id""#,
            #""default_max_age":-1"#, #""default_max_age":"soon""#, #""require_auth_time":"maybe""#,
            #""sector_identifier_uri":"http://app.example/s.json""#,
        ])
    func `refuses metadata that it does not accept`(member: String) async throws {
        try await ConformanceServer.run { server async throws in
            let body = #"{"redirect_uris":["https://app.example/cb"],\#(member)}"#
            #expect(try await server.refusal(of: body) == "400 invalid_client_metadata")
        }
    }

    @Test(.requirement("7591-3.1-1", "oidc-registration-3.1-1"))
    func `reads JSON objects only, by POST, of a bounded size`() async throws {
        try await ConformanceServer.run { server async throws in
            for body in ["", "[]", "null", "{", #"{"redirect_uris":["https://a.example/cb"]} x"#, #"{"a":1,"a":2}"#] {
                #expect(try await server.refusal(of: body) == "400 invalid_client_metadata")
            }
            for type in ["application/x-www-form-urlencoded", "text/plain", "application/jwt"] {
                let answer = try await server.live.exchange(
                    RequestText.request("POST", "/clients", ["content-type: \(type)"], body: Self.plain))
                #expect(answer.status == 400 && answer.body.contains("invalid_client_metadata"))
            }
            for method in ["GET", "PUT", "DELETE"] {
                #expect(try await server.send(method, "/clients").status == 405)
            }
            let name = String(repeating: "a", count: 70_000)
            let large = try await server.send(
                "POST", "/clients", #"{"redirect_uris":["https://app.example/cb"],"client_name":"\#(name)"}"#)
            #expect(large.status == 413)
            let many = (0..<51).map { #""https://app.example/\#($0)""# }.joined(separator: ",")
            #expect(try await server.refusal(of: #"{"redirect_uris":[\#(many)]}"#) == "400 invalid_redirect_uri")
            let deep = String(repeating: "[", count: 1_000) + String(repeating: "]", count: 1_000)
            #expect(
                try await server.refusal(of: #"{"redirect_uris":["https://a.example/cb"],"x":\#(deep)}"#)
                    == "400 invalid_client_metadata")
        }
    }

    @Test(.requirement("7591-3-3", "7591-5-3", "oidc-registration-3-3"))
    func `slows a flood down and has room for so many only`() async throws {
        try await run {
            $0.maximumClients = 3
            $0.throttle.burst = 8
        } _: { server async throws in
            var statuses: [Int] = []
            for _ in 0..<40 { statuses.append(try await server.send("POST", "/clients", Self.plain).status) }
            #expect(statuses.prefix(3) == [201, 201, 201] && statuses.dropFirst(3).prefix(5).allSatisfy { $0 == 503 })
            #expect(statuses.dropFirst(8).allSatisfy { $0 == 429 })
            let slowed = try await server.send("POST", "/clients", Self.plain)
            #expect((Int(slowed.header("retry-after") ?? "") ?? 0) > 0)
            let clients = try await server.provider.store.clients(after: nil, limit: 100)
            #expect(clients.filter { $0.relyingParty?.isSelfRegistered ?? false }.count == 3)
        }
    }

    @Test(.requirement("7591-2.3-1")) func `never lets a client be more than it may, whatever it says`() async throws {
        try await ConformanceServer.run { server async throws in
            let made = try await server.register(
                #""first_party":true,"is_first_party":true,"may_omit_pkce":true,"resource_scopes":{"a":"b"},"#
                    + #""client_id":"rp","client_secret":"mine","scope":"openid email groups roles tessera.admin""#)
            #expect(made.id != "rp" && made.secret != Secret("mine"))
            #expect(made.json.string("scope") == "openid email")
            let application = try server.application(made)
            let bare = try await application.error(["code_challenge": nil, "code_challenge_method": nil])
            #expect(bare == "invalid_request")
            _ = try await application.tokens()
            #expect(application.consents == 1, "nobody trusts it")
        }
    }
}
