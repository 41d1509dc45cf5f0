import AuthorizationServer
import JOSE
import OAuth
import Storage
import StorageTesting
import TestSupport
import Testing

@Suite struct `The endpoints of OpenID Connect over HTTP` {
    private static let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    private static let request =
        "response_type=code&client_id=web&redirect_uri=https%3A%2F%2Fweb.example%2Fcb&scope=openid"
        + "&code_challenge=\(challenge)&code_challenge_method=S256"

    private func register(_ server: RunningServer) async throws {
        let credentials = RegisteredCredentials(
            method: .clientSecretBasic,
            secrets: [StoredSecret(id: "s", hash: TokenHash(of: RunningServer.secret), createdAt: RunningServer.start)])
        _ = try await server.store.insert(
            RegisteredClient(
                id: ClientID(unchecked: "web"), name: "Web", credentials: credentials,
                grantTypes: [.authorizationCode, .refreshToken],
                relyingParty: RelyingParty(redirectURIs: ["https://web.example/cb"]), createdAt: RunningServer.start),
            recording: AuditEvent(at: RunningServer.start, action: "test", actor: "test"))
    }

    @Test(
        .requirement(
            "9126-2.1-1", "9126-2.2-1", "9126-2.2-2", "9126-2.2-6", "9126-2.3-1", "9126-2.3-3", "9126-2.3-4"))
    func `take a pushed request from its client, and from nobody else`() async throws {
        try await RunningServer.run { server in
            try await register(server)
            let pushed = try await server.send("POST", "/par", Self.request, headers: [RunningServer.basic("web")])
            #expect(pushed.status == 201 && pushed.first("content-type") == "application/json")
            #expect(pushed.first("cache-control") == "no-store")
            let json = try #require(pushed.json)
            #expect(json.integer("expires_in") == 90)
            #expect(json.string("request_uri")?.hasPrefix("urn:ietf:params:oauth:request_uri:tsp_") == true)

            let stranger = try await server.send("POST", "/par", Self.request)
            #expect(stranger.status == 401 && stranger.error == "invalid_client")
            let wrong = try await server.send(
                "POST", "/par", Self.request + "&request_uri=urn:x", headers: [RunningServer.basic("web")])
            #expect(wrong.status == 400 && wrong.error == "invalid_request")
            #expect(try await server.send("GET", "/par").status == 405)
            let large = Self.request + "&state=" + String(repeating: "a", count: 70_000)
            #expect(try await server.send("POST", "/par", large, headers: [RunningServer.basic("web")]).status == 413)
        }
    }

    @Test(.requirement("oidc-core-5.3-2", "oidc-core-5.3.1-1", "oidc-core-5.3.3-1", "9700-4.3.2-1"))
    func `ask for an access token at UserInfo, in the header and nowhere else`() async throws {
        try await RunningServer.run { server in
            for (method, path, form) in [
                ("GET", "/userinfo", nil), ("POST", "/userinfo", ""), ("GET", "/userinfo?access_token=x", nil),
                ("POST", "/userinfo", "access_token=x"),
            ] as [(String, String, String?)] {
                let answer = try await server.send(method, path, form)
                #expect(answer.status == 401)
                #expect(answer.first("www-authenticate") == #"Bearer realm="tessera""#, "no error without a token")
            }
            let wrong = try await server.send("GET", "/userinfo", headers: [("authorization", "Bearer x")])
            #expect(wrong.status == 401 && wrong.error == "invalid_token")
            #expect(wrong.first("www-authenticate")?.contains(#"error="invalid_token""#) == true)
        }
    }

    @Test(.requirement("oidc-discovery-4-1", "oidc-discovery-4.1-1", "oidc-discovery-4.2-1"))
    func `are named by a document at the place of the standard`() async throws {
        try await RunningServer.run(issuer: "https://id.example/tenant") { server in
            let answer = try await server.send("GET", "/tenant/.well-known/openid-configuration")
            #expect(answer.status == 200 && answer.first("content-type") == "application/json")
            #expect(answer.first("access-control-allow-origin") == "*")
            #expect(answer.json?.string("issuer") == "https://id.example/tenant")
        }
    }

    @Test(
        .requirement(
            "6749-4.1.3-2", "6749-4.1.3-3", "6749-6-1", "oidc-core-3.1.3.2-1", "oidc-core-12.1-1", "9700-2.5-1"))
    func `redeem and refresh only for a client that proves who it is`() async throws {
        try await RunningServer.run { server in
            try await register(server)
            for form in [
                "grant_type=authorization_code&code=tsz_x&redirect_uri=https://web.example/cb&code_verifier=v",
                "grant_type=refresh_token&refresh_token=tsr_x",
            ] {
                let bare = try await server.send("POST", "/token", form + "&client_id=web")
                #expect(bare.status == 401 && bare.error == "invalid_client")
                let wrong = try await server.send(
                    "POST", "/token", form, headers: [RunningServer.basic("web", Secret("wrong"))])
                #expect(wrong.status == 401 && wrong.error == "invalid_client")
                let right = try await server.send("POST", "/token", form, headers: [RunningServer.basic("web")])
                #expect(right.status == 400 && right.error == "invalid_grant")
            }
            let missing = try await server.send(
                "POST", "/token", "grant_type=refresh_token", headers: [RunningServer.basic("web")])
            #expect(missing.status == 400 && missing.error == "invalid_request")
        }
    }
}
