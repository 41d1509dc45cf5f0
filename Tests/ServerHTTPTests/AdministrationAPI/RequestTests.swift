import AuthorizationServer
import JOSE
import OAuth
import ServerHTTP
import Storage
import Testing

@Suite struct `Requests to the administration API` {
    @Test func `are JSON and nothing else`() async throws {
        let server = try await AdministeredServer()
        for type in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/jsonp", ""]
        {
            let reply = await server.socket(
                .post, "/admin/v1/clients", AdministeredServer.clientBody, headers: [("content-type", type)])
            #expect(reply.status == 415 && reply.error == "unsupported_media_type")
        }
        #expect(await server.socket(.post, "/admin/v1/clients").status == 415)
        let reply = await server.socket(
            .post, "/admin/v1/clients", AdministeredServer.clientBody,
            headers: [("content-type", "Application/JSON; charset=utf-8")])
        #expect(reply.status == 201)
    }

    @Test(arguments: [
        "", "{", "[]", "null", #"{"name":"a","name":"b"}"#, #"{"name":"a",}"#, "{} x", "\u{FEFF}{}", #"{"a":NaN}"#,
        String(repeating: "[", count: 100), #"{"name":"\ud800"}"#,
    ])
    func `are strict JSON`(body: String) async throws {
        let server = try await AdministeredServer()
        let reply = await server.socket(.post, "/admin/v1/clients", body)
        #expect(reply.status == 400 && reply.error == "invalid_request")
    }

    @Test func `are refused when they are too large`() async throws {
        let server = try await AdministeredServer()
        let body = #"{"name":""# + String(repeating: "a", count: 65_536) + #""}"#
        #expect(await server.socket(.post, "/admin/v1/clients", body).status == 413)
    }

    @Test func `have every problem named by field`() async throws {
        let server = try await AdministeredServer()
        let body =
            #"{"id":7,"name":"","authentication_method":"none","grant_types":"x","colour":1,"jwks":[],"enabled":true}"#
        let reply = await server.socket(.post, "/admin/v1/clients", body)
        #expect(reply.status == 400)
        #expect(Set(reply.fields) == ["id", "name", "grant_types", "colour", "jwks", "enabled"])
        #expect(reply.json.string("error_description")?.contains("colour") == true)
        let change = await server.socket(
            .patch, "/admin/v1/resources/tessera-admin", #"{"identifier":"https://x.example"}"#)
        #expect(change.fields == ["identifier"])
        _ = try await server.register()
        let fixed = await server.socket(.patch, "/admin/v1/resources/orders", #"{"identifier":"https://x.example"}"#)
        #expect(fixed.fields == ["identifier"])
    }

    @Test func `that take no body take none`() async throws {
        let server = try await AdministeredServer()
        _ = try await server.register()
        #expect(await server.socket(.post, "/admin/v1/clients/svc/revoke-tokens", #"{"x":1}"#).status == 400)
        #expect(await server.socket(.post, "/admin/v1/clients/svc/revoke-tokens", "{}").status == 200)
        #expect(
            await server.socket(.post, "/admin/v1/clients/svc/secrets", #"{"expires_old_in":"1"}"#).fields == [
                "expires_old_in"
            ])
        #expect(await server.socket(.post, "/admin/v1/clients/svc/secrets", #"{"y":1}"#).fields == ["y"])
    }

    @Test(arguments: [
        "limit=0", "limit=-1", "limit=1001", "limit=99999999999999999999", "limit=1e3", "limit=%2B5", "limit=05",
        "limit=abc",
        "after=%00", "after=a%20b", "after=%C3%BC", "sort=secret", "after=a&after=b", "limit=1&limit=1", "after=%zz",
        "after=" + String(repeating: "a", count: 256), "limit=1;after=x",
    ])
    func `with forged pages are refused`(query: String) async throws {
        let server = try await AdministeredServer()
        for path in ["clients", "resources", "users"] {
            let reply = await server.socket(.get, "/admin/v1/\(path)?\(query)")
            #expect(reply.status == 400 && reply.error == "invalid_request", "\(path)?\(query)")
        }
    }

    @Test(arguments: [
        "after=x", "after=-1", "after=9223372036854775808", "order=up", "since=-1", "until=x", "limit=0", "resource=x",
        "action=" + String(repeating: "a", count: 256),
    ])
    func `for the audit log with forged filters are refused`(query: String) async throws {
        let server = try await AdministeredServer()
        #expect(await server.socket(.get, "/admin/v1/audit?\(query)").status == 400)
    }

    @Test func `page through all there is`() async throws {
        let server = try await AdministeredServer()
        for number in 0..<5 {
            let body = #"{"id":"c\#(number)","name":"N","authentication_method":"none"}"#
            _ = await server.socket(.post, "/admin/v1/clients", body)
        }
        var (ids, after) = ([String](), "")
        repeat {
            let page = await server.socket(.get, "/admin/v1/clients?limit=2" + (after.isEmpty ? "" : "&after=\(after)"))
            ids += page.json["clients"]?.array?.compactMap { $0.object?.string("id") } ?? []
            after = page.json.string("next") ?? ""
        } while !after.isEmpty && ids.count < 10
        #expect(ids == ["c0", "c1", "c2", "c3", "c4"])
        let events = await server.socket(.get, "/admin/v1/audit?action=client.created&order=desc&limit=2").json
        #expect(events["events"]?.array?.compactMap { $0.object?.string("target") } == ["client:c4", "client:c3"])
        let next = try #require(events.integer("next"))
        let more = await server.socket(.get, "/admin/v1/audit?action=client.created&order=desc&limit=2&after=\(next)")
            .json
        #expect(more["events"]?.array?.compactMap { $0.object?.string("target") } == ["client:c2", "client:c1"])
    }

    @Test func `name the version that they were made from`() async throws {
        let server = try await AdministeredServer()
        _ = try await server.register()
        let path = "/admin/v1/clients/svc"
        #expect(await server.socket(.get, path).header("etag") == #""1""#)
        let changed = await server.socket(.patch, path, #"{"name":"A"}"#, headers: [("if-match", #""1""#)])
        #expect(changed.status == 200 && changed.header("etag") == #""2""# && changed.json.integer("version") == 2)
        let stale = await server.socket(.patch, path, #"{"name":"B"}"#, headers: [("if-match", #""1""#)])
        #expect(stale.status == 412 && stale.error == "precondition_failed")
        #expect(await server.socket(.patch, path, #"{"name":"B","version":1}"#).status == 409)
        #expect(await server.socket(.patch, path, #"{"name":"B","version":2}"#).status == 200)
        #expect(await server.socket(.delete, path, headers: [("if-match", #""2""#)]).status == 412)
        for wrong in ["3", #"W/"3""#, #""3", "4""#, #""""#, #""03""#, #""-3""#, "\"", #""a""#] {
            #expect(await server.socket(.delete, path, headers: [("if-match", wrong)]).status == 400, "\(wrong)")
        }
        #expect(await server.socket(.delete, path, headers: [("if-match", "*")]).status == 204)
        #expect(await server.socket(.get, path).status == 404)
    }

    @Test func `for paths of the server are plain and absolute`() async throws {
        let server = try await AdministeredServer()
        for path in ["backup.db", "/a/../b", "/a//b", "/", "/a/", "", "/a\\u0000b", "/a\\nb", "./a"] {
            let reply = await server.socket(.post, "/admin/v1/backup", #"{"path":"\#(path)"}"#)
            #expect(reply.fields == ["path"], "\(path)")
        }
        #expect(await server.socket(.post, "/admin/v1/backup", #"{"path":"/backups/there"}"#).status == 409)
        #expect(
            await server.socket(.post, "/admin/v1/master-key/rewrap", #"{"new_master_key_file":"/keys/missing"}"#)
                .status == 404)
        #expect(await server.socket(.post, "/admin/v1/backup", #"{"path":"/backups/a"}"#).status == 201)
        #expect(server.program.backups == ["/backups/a"])
    }

    @Test func `with values that nothing has are refused by name`() async throws {
        let server = try await AdministeredServer()
        let reply = await server.socket(.post, "/admin/v1/keys/rotate", #"{"purpose":"signing:none"}"#)
        #expect(reply.fields == ["purpose"])
        #expect(await server.socket(.get, "/admin/v1/usage?since=1000&until=5").fields == ["since"])
        #expect(server.program.reports.isEmpty)
    }
}
