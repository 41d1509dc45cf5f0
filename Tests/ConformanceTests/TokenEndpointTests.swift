import AuthorizationServer
import JOSE
import OAuth
import Storage
import StorageTesting
import TestSupport
import Testing

@Suite struct `The token endpoint over HTTP` {
    private let form = "grant_type=client_credentials&resource=https://orders.example&scope=read"

    @Test(
        .requirement(
            "6749-2.3.1-2", "6749-3.2-8", "6749-5.1-1", "6749-5.1-7", "6749-5.1-8", "6749-5.1-9", "6749-2.3.1-1"))
    func `answers a good request with a token that nobody may cache`() async throws {
        try await RunningServer.run { server in
            let answer = try await server.send("POST", "/token", form, headers: [RunningServer.basic("svc")])
            #expect(answer.status == 200)
            #expect(answer.first("content-type") == "application/json")
            #expect(answer.first("cache-control") == "no-store")
            #expect(answer.first("pragma") == "no-cache")
            let json = try #require(answer.json)
            #expect(json.string("token_type") == "Bearer" && json.integer("expires_in") == 300)
            #expect(json.string("scope") == "read")
        }
    }

    @Test(
        .requirement(
            "6749-5.2-1", "6749-5.2-2", "6749-5.2-3", "6749-5.2-8", "6749-5.2-9", "6749-5.2-10", "6749-5.2-14",
            "8707-2-4"),
        arguments: [
            ("", "invalid_request"), ("scope=read", "invalid_request"),
            ("grant_type=password", "unsupported_grant_type"),
            ("grant_type=client_credentials&grant_type=client_credentials", "invalid_request"),
            ("grant_type=client_credentials&scope=%22", "invalid_scope"),
            ("grant_type=client_credentials&scope=nope&resource=https://orders.example", "invalid_scope"),
            ("grant_type=client_credentials&resource=https://nope.example", "invalid_target"),
            ("grant_type=client_credentials&resource=relative", "invalid_target"),
            ("grant_type=client_credentials&resource=https://orders.example%23f", "invalid_target"),
            ("grant_type=client_credentials", "invalid_target"), ("grant_type=%", "invalid_request"),
        ])
    func `answers a bad request in the words of the standard`(form: String, error: String) async throws {
        try await RunningServer.run { server in
            let answer = try await server.send("POST", "/token", form, headers: [RunningServer.basic("svc")])
            #expect(answer.status == 400)
            #expect(answer.error == error)
            #expect(answer.first("content-type") == "application/json")
            #expect(answer.first("cache-control") == "no-store")
        }
    }

    @Test(.requirement("6749-5.2-4", "6749-5.2-5", "6749-5.2-6", "6749-2.2-2"))
    func `answers failed authentication with 401 and a challenge`() async throws {
        try await RunningServer.run { server in
            for headers in [
                [RunningServer.basic("svc", Secret("wrong"))], [RunningServer.basic("nobody")],
                [("authorization", "Basic x")],
                [("authorization", "Bearer x")],
            ] {
                let answer = try await server.send("POST", "/token", form, headers: headers)
                #expect(answer.status == 401 && answer.error == "invalid_client")
                #expect(answer.first("www-authenticate")?.hasPrefix("Basic realm=") == true)
            }
            let bare = try await server.send("POST", "/token", form + "&client_id=svc")
            #expect(bare.status == 401 && bare.error == "invalid_client")
        }
    }

    @Test(.requirement("6749-2.3.1-7")) func `takes nothing from the query`() async throws {
        try await RunningServer.run { server in
            for query in ["?client_id=poster&client_secret=\(RunningServer.secret.revealedValue)", "?x=1", "?"] {
                let answer = try await server.send("POST", "/token" + query, form)
                #expect(answer.status == 400 || answer.status == 401)
                #expect(answer.json?.string("access_token") == nil)
            }
        }
    }

    @Test(
        .requirement("6749-3.2-4", "7009-2.1-1", "7662-2.1-1", "6749-4.4.2-1"),
        arguments: ["/token", "/introspect", "/revoke"])
    func `takes forms by POST and nothing else`(path: String) async throws {
        try await RunningServer.run { server in
            for method in ["GET", "PUT", "DELETE", "PATCH"] {
                let answer = try await server.send(method, path, headers: [RunningServer.basic("svc")])
                #expect(answer.status == 405)
                #expect(answer.first("allow")?.contains("POST") == true)
            }
            for type in ["application/json", "multipart/form-data; boundary=x", "text/plain"] {
                let answer = try await server.send(
                    "POST", path, form, headers: [RunningServer.basic("svc"), ("content-type", type)])
                #expect(answer.status == 415)
                #expect(answer.json?.string("access_token") == nil)
            }
        }
    }
}

@Suite struct `Introspection and revocation over HTTP` {
    @Test(
        .requirement("7662-2.2-1", "7662-4-12", "7662-2.3-1", "7009-2.1-2", "7009-2.2.1-1"),
        arguments: ["orders", "payments"])
    func `follow a token from its first use to its end`(resource: String) async throws {
        try await RunningServer.run { server in
            let token = try await server.token(resource)
            let asked = try await server.send(
                "POST", "/introspect", "token=\(token)", headers: [RunningServer.basic(resource)])
            #expect(asked.status == 200 && asked.json?.bool("active") == true)
            #expect(asked.first("content-type") == "application/json")
            #expect(asked.first("cache-control") == "no-store")

            let stranger = try await server.send(
                "POST", "/revoke", "token=\(token)", headers: [RunningServer.basic("svc", Secret("wrong"))])
            #expect(stranger.status == 401 && stranger.error == "invalid_client")
            let empty = try await server.send(
                "POST", "/revoke", "token_type_hint=x", headers: [RunningServer.basic("svc")])
            #expect(empty.status == 400 && empty.error == "invalid_request")

            let ended = try await server.send(
                "POST", "/revoke", "token=\(token)", headers: [RunningServer.basic("svc")])
            #expect(ended.status == 200)
            let after = try await server.send(
                "POST", "/introspect", "token=\(token)", headers: [RunningServer.basic(resource)])
            #expect(String(decoding: after.body, as: UTF8.self) == #"{"active":false}"#)
        }
    }
}

@Suite struct `A store that does not answer` {
    @Test(.requirement("7009-2.2.1-3")) func `is a 503, and never a statement about a token or a client`() async throws
    {
        try await RunningServer.run { server in
            let token = try await server.token()
            await server.store.close()
            let revoked = try await server.send(
                "POST", "/revoke", "token=\(token)", headers: [RunningServer.basic("svc")])
            #expect(revoked.status == 503 && revoked.error == "temporarily_unavailable")
            #expect(revoked.first("retry-after") != nil)
            let asked = try await server.send(
                "POST", "/introspect", "token=\(token)", headers: [RunningServer.basic("orders")])
            #expect(asked.status == 503 || asked.json?.bool("active") == true)
            let unknown = try await server.send(
                "POST", "/token", "grant_type=client_credentials", headers: [RunningServer.basic("nobody")])
            #expect(unknown.status == 503 && unknown.error == "temporarily_unavailable")
        }
    }
}

@Suite struct `A refusal at the edge` {
    @Test func `is in the audit log like one of the engine`() async throws {
        try await RunningServer.run { server in
            let twice = [RunningServer.basic("svc"), RunningServer.basic("svc")]
            #expect(try await server.send("POST", "/token", "x=1", headers: twice).status == 400)
            let json = [RunningServer.basic("svc"), ("content-type", "application/json")]
            #expect(try await server.send("POST", "/token", "{}", headers: json).status == 415)
            #expect(try await server.send("POST", "/revoke", "", headers: [RunningServer.basic("svc")]).status == 400)
            #expect(await server.provider.flush(at: RunningServer.start).isEmpty)
            let events = try await server.store.events(AuditQuery(limit: 100)).filter { $0.outcome == .refusal }
            #expect(events.map(\.detail).sorted() == ["authorization_repeated", "invalid_request", "media_type"])
            #expect(events.allSatisfy { $0.address == "127.0.0.1" && !$0.requestID.isEmpty })
        }
    }
}

@Suite struct `The published documents` {
    @Test(
        .requirement(
            "8414-3.1-1", "8414-3.2-1", "8414-3.2-2", "8414-3.2-5", "8414-4-1", "8414-4-2", "8414-3-1"),
        arguments: ["https://id.example", "https://id.example/tenant"])
    func `are found where the issuer says`(issuer: String) async throws {
        try await RunningServer.run(issuer: issuer) { server in
            let path = "/.well-known/oauth-authorization-server" + issuer.dropFirst("https://id.example".count)
            let answer = try await server.send("GET", path)
            #expect(answer.status == 200)
            #expect(answer.first("content-type") == "application/json")
            #expect(answer.json?.string("issuer") == issuer)
            let keys = try #require(answer.json?.string("jwks_uri")?.dropFirst("https://id.example".count))
            let set = try await server.send("GET", String(keys))
            #expect(set.status == 200 && set.json?["keys"] != nil)
            #expect(set.first("cache-control")?.contains("max-age=300") == true)
            let etag = try #require(set.first("etag"))
            let again = try await server.send("GET", String(keys), headers: [("if-none-match", etag)])
            #expect(again.status == 304 && again.body.isEmpty)
            let missing = try await server.send("GET", "/.well-known/nothing")
            #expect(missing.status == 404)
        }
    }
}
