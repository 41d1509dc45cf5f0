import AuthorizationServer
import JOSE
import OAuth
import ServerHTTP
import Storage
import Testing

@Suite struct `Admission to the administration API` {
    @Test func `knows root and the server's own user on the socket, and nobody else`() async throws {
        let server = try await AdministeredServer()
        #expect(await server.socket(.get, "/admin/v1/status").status == 200)
        #expect(await server.socket(.get, "/admin/v1/status", uid: 990).status == 200)
        for stranger: UInt32? in [1000, nil, UInt32.max] {
            let reply = await server.socket(.get, "/admin/v1/status", uid: stranger)
            #expect(reply.status == 403 && reply.error == "forbidden")
        }
        _ = await server.provider.flush(at: AdministeredServer.start)
        #expect(
            try await Set(server.events("administration.refused").map(\.detail)) == [
                "peer_not_allowed", "peer_unknown",
            ])
    }

    @Test func `takes tokens for its own audience only, while they live`() async throws {
        let server = try await AdministeredServer()
        let secret = try await server.register()
        let foreign = try await server.token(of: "svc", secret: secret.revealedValue, at: "https://orders.example")
        #expect(await server.network(.get, "/admin/v1/status", token: foreign).error == "invalid_token")
        let token = try await server.token(of: "ops", scope: "tessera:admin:read")
        #expect(await server.network(.get, "/admin/v1/status", token: token).status == 200)
        let later = AdministeredServer.start + .seconds(301)
        #expect(await server.network(.get, "/admin/v1/status", token: token, at: later).status == 401)
        _ = await server.socket(.patch, "/admin/v1/clients/ops", #"{"enabled":false}"#)
        #expect(await server.network(.get, "/admin/v1/status", token: token).status == 401)
    }

    @Test func `ignores the methods and headers that try to get around it`() async throws {
        let server = try await AdministeredServer()
        _ = try await server.register()
        let token = try await server.token(of: "ro", scope: "tessera:admin:read")
        let overrides = [
            ("x-http-method-override", "DELETE"), ("x-method-override", "DELETE"), ("x-original-url", "/health/live"),
        ]
        #expect(await server.network(.get, "/admin/v1/clients/svc", token: token, headers: overrides).status == 200)
        #expect(await server.network(.post, "/admin/v1/clients/svc", token: token, headers: overrides).status == 405)
        #expect(try await server.store.client(ClientID(unchecked: "svc")) != nil)
        #expect(await server.network(.get, "/admin/v1/status?access_token=\(token.revealedValue)").status == 401)
        #expect(
            await server.network(.get, "/admin/v1/status", headers: [("authorization", "Basic cm86eA==")]).status == 401
        )
        let two = [("authorization", "Bearer x"), ("authorization", "Bearer \(token.revealedValue)")]
        #expect(await server.network(.get, "/admin/v1/status", headers: two).status == 401)
    }

    @Test(arguments: [
        "//admin/v1/status", "/ADMIN/v1/status", "/admin;/v1/status", "/admin/v1/status/", "/admin/v1/./status",
        "/admin/v1/x/../status", "/admin/v1/%73tatus", "/admin%2Fv1%2Fstatus", "/admin/v1/status;x",
        "/admin/v1/status%00",
        "/admin/v1//clients", "/admin/v1/clients/", "/admin/v1/clients/%", "/admin/v1/clients/%zz",
        "/admin/v1/clients/%00",
        "/admin/v1/clients/a%20b", "/admin/v1/clients/%C3%BC", "/admin/v2/status", "/", "", "/admin", "/admin/v1",
    ])
    func `knows one spelling of each path`(path: String) async throws {
        let server = try await AdministeredServer()
        #expect(await server.socket(.get, path).status == 404)
        #expect(await server.network(.get, path).status == 404)
    }

    @Test func `decodes a name in a path once`() async throws {
        let server = try await AdministeredServer()
        _ = try await server.register()
        #expect(await server.socket(.get, "/admin/v1/clients/s%76c").json.string("id") == "svc")
        #expect(await server.socket(.get, "/admin/v1/clients/s%2576c").status == 404)
        #expect(await server.socket(.get, "/admin/v1/clients/svc%2Fsecrets").status == 404)
    }

    @Test func `answers no name but its own over the network, and no page of a browser at all`() async throws {
        let server = try await AdministeredServer()
        let token = try await server.token(of: "ro", scope: "tessera:admin:read")
        for host in ["evil.example", "admin.example", "admin.example:9443.evil.example", "", nil] {
            #expect(await server.network(.get, "/admin/v1/status", token: token, host: host).status == 403)
        }
        #expect(await server.network(.get, "/admin/v1/status", token: token, host: "ADMIN.example:9443").status == 200)
        for origin in ["https://evil.example", "null", "https://admin.example:9443", ""] {
            let headers = [("origin", origin)]
            #expect(await server.network(.get, "/admin/v1/status", token: token, headers: headers).status == 403)
            let reply = await server.socket(.post, "/admin/v1/clients", AdministeredServer.clientBody, headers: headers)
            #expect(reply.status == 403)
            #expect(reply.header("access-control-allow-origin") == nil)
        }
        #expect(await server.socket(.options, "/admin/v1/clients").status == 405)
        #expect(try await server.store.client(ClientID(unchecked: "svc")) == nil)
    }

    @Test func `keeps what reaches into the file system on the machine`() async throws {
        let server = try await AdministeredServer()
        let all = AdministrativeRight.allCases.map(\.rawValue).joined(separator: " ")
        let token = try await server.token(of: "ops", scope: all)
        #expect(await server.network(.post, "/admin/v1/backup", #"{"path":"/backups/x"}"#, token: token).status == 403)
        let rewrap = await server.network(
            .post, "/admin/v1/master-key/rewrap", #"{"new_master_key_file":"/keys/x"}"#, token: token)
        #expect(rewrap.status == 403 && rewrap.error == "forbidden")
        #expect(server.program.backups.isEmpty)
    }

    @Test func `gives administrative scopes over the network only by the right to grant`() async throws {
        let server = try await AdministeredServer()
        _ = try await server.register()
        let writer = try await server.token(of: "ops", scope: "tessera:admin:read tessera:admin:write")
        let body = #"{"resource":"https://id.example/admin/v1","scope":"tessera:admin:read"}"#
        let refused = await server.network(.put, "/admin/v1/clients/svc/permissions", body, token: writer)
        #expect(refused.status == 403)
        #expect(refused.header("www-authenticate")?.contains(#"scope="tessera:admin:grant""#) == true)
        // Its own credentials would be the same power for whoever stole its token.
        #expect(await server.network(.post, "/admin/v1/clients/ops/secrets", token: writer).status == 403)
        let granter = try await server.token(of: "boss", scope: "tessera:admin:write tessera:admin:grant")
        #expect(await server.network(.put, "/admin/v1/clients/svc/permissions", body, token: granter).status == 200)
    }

    @Test func `shows health to everybody and metrics to readers`() async throws {
        let server = try await AdministeredServer()
        #expect(await server.network(.get, "/health/live").text == #"{"status":"ok"}"#)
        #expect(await server.network(.head, "/health/ready").status == 200)
        #expect(await server.network(.get, "/metrics").status == 401)
        let token = try await server.token(of: "prometheus", scope: "tessera:admin:read")
        let metrics = await server.network(.get, "/metrics", token: token)
        #expect(metrics.text == "tessera_up 1\n")
        #expect(metrics.header("content-type") == "text/plain; version=0.0.4; charset=utf-8")
    }
}
