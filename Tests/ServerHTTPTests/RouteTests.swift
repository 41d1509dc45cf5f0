import JOSE
import OAuth
import ServerHTTP
import TestSupport
import Testing

@Suite struct RouteTests {
    private func json(_ answer: RawAnswer) throws -> JSONObject { try JSONObject(parsing: Array(answer.body.utf8)) }

    @Test(.requirement("6749-5.1-7", "7662-2.2-1", "7009-2.2-1"))
    func `issues, introspects and revokes over the wire`() async throws {
        let server = try await LiveServer.publicServer()
        let issued = try await server.exchange(RequestText.token)
        #expect(issued.status == 200)
        #expect(issued.header("content-type") == "application/json")
        let token = try #require(try json(issued).string("access_token"))
        #expect(try json(issued).string("token_type") == "Bearer")
        let resource = RequestText.authorization("orders", LiveServer.secret.revealedValue)
        let ask = RequestText.form("/introspect", "token=\(token)", authorization: resource)
        #expect(try json(try await server.exchange(ask)).bool("active") == true)
        let revoked = try await server.exchange(RequestText.form("/revoke", "token=\(token)"))
        #expect(revoked.status == 200)
        #expect(revoked.body.isEmpty)
        #expect(try await server.exchange(ask).body == #"{"active":false}"#)
        try await server.shutDown()
    }

    @Test(.requirement("6749-5.1-8", "6749-5.1-9", "7662-4-12"))
    func `lets no cache keep an answer about tokens`() async throws {
        let server = try await LiveServer.publicServer()
        for request in [
            RequestText.token, RequestText.form("/token", ""), RequestText.form("/introspect", "token=x"),
            RequestText.form("/revoke", "token=x"),
        ] {
            let answer = try await server.exchange(request)
            #expect(answer.all("cache-control") == ["no-store"])
            #expect(answer.all("pragma") == ["no-cache"])
        }
        try await server.shutDown()
    }

    @Test(.requirement("6749-5.2-5", "6749-5.2-6", "7662-2.3-1"))
    func `challenges a client whose authentication failed`() async throws {
        let server = try await LiveServer.publicServer()
        let wrong = RequestText.authorization("svc", "wrong")
        for path in ["/token", "/introspect", "/revoke"] {
            let answer = try await server.exchange(
                RequestText.form(path, "grant_type=client_credentials&token=x", authorization: wrong))
            #expect(answer.status == 401)
            #expect(answer.header("www-authenticate")?.hasPrefix("Basic realm=\"tessera\"") == true)
            #expect(try json(answer).string("error") == "invalid_client")
        }
        try await server.shutDown()
    }

    @Test(.requirement("6749-5.2-14"))
    func `words errors as the standard does`() async throws {
        let server = try await LiveServer.publicServer()
        let cases: [(String, Int, String)] = [
            (RequestText.form("/token", "grant_type=password"), 400, "unsupported_grant_type"),
            (RequestText.form("/token", "scope=read"), 400, "invalid_request"),
            (RequestText.form("/token", "grant_type=client_credentials&grant_type=x"), 400, "invalid_request"),
            (RequestText.form("/token", "grant_type=client_credentials&scope=%22"), 400, "invalid_scope"),
            (RequestText.form("/token", "grant_type=client_credentials&resource=x"), 400, "invalid_target"),
            (RequestText.form("/token?grant_type=client_credentials", ""), 400, "invalid_request"),
            (RequestText.form("/token?", "grant_type=client_credentials"), 400, "invalid_request"),
            (RequestText.form("/token", "%zz=1"), 400, "invalid_request"),
            (RequestText.form("/introspect", ""), 400, "invalid_request"),
            (RequestText.form("/token", "a", RequestText.basic, "authorization: Basic x"), 400, "invalid_request"),
        ]
        for (request, status, code) in cases {
            let answer = try await server.exchange(request)
            #expect(answer.status == status)
            #expect(try json(answer).string("error") == code)
            #expect(answer.header("content-type") == "application/json")
        }
        try await server.shutDown()
    }

    @Test(.requirement("7009-2.1-1", "7662-2.1-1"))
    func `takes forms only`() async throws {
        let server = try await LiveServer.publicServer()
        for type in ["application/json", "text/plain", "multipart/form-data", "application/x-www-form-urlencoded2"] {
            let request = RequestText.request(
                "POST", "/token", ["content-type: \(type)", "authorization: \(RequestText.basic)"], body: "a=b")
            #expect(try await server.exchange(request).status == 415)
        }
        let bare = RequestText.request("POST", "/token", ["authorization: \(RequestText.basic)"], body: "a=b")
        #expect(try await server.exchange(bare).status == 415)
        let charset = RequestText.request(
            "POST", "/token",
            ["Content-Type: Application/X-WWW-Form-URLEncoded; charset=UTF-8", "authorization: \(RequestText.basic)"],
            body: "grant_type=client_credentials")
        #expect(try await server.exchange(charset).status == 200)
        let packed = RequestText.form("/token", "a=b", authorization: nil, "content-encoding: gzip")
        #expect(try await server.exchange(packed).status == 415)
        try await server.shutDown()
    }

    @Test(.requirement("6749-3.2-4"))
    func `names the methods of a path, and finds paths only as they are written`() async throws {
        let server = try await LiveServer.publicServer()
        let get = try await server.exchange(RequestText.get("/token"))
        #expect(get.status == 405)
        #expect(get.header("allow") == "POST, OPTIONS")
        let post = try await server.exchange(RequestText.form("/jwks", ""))
        #expect(post.status == 405)
        #expect(post.header("allow") == "GET, HEAD, OPTIONS")
        for path in [
            "/", "/token/", "//token", "/Token", "/%74oken", "/./token", "/jwks/../token", "/metrics",
            "/admin/v1/status",
        ] {
            let answer = try await server.exchange(RequestText.get(path))
            #expect(answer.status == 404)
            #expect(try json(answer).string("error") == "not_found")
        }
        try await server.shutDown()
    }

    @Test(.requirement("8414-3.2-2"), arguments: ["/jwks", "/.well-known/oauth-authorization-server"])
    func `publishes documents that caches can keep and check`(path: String) async throws {
        let server = try await LiveServer.publicServer()
        let answer = try await server.exchange(RequestText.get(path))
        #expect(answer.status == 200)
        #expect(answer.header("content-type") == (path == "/jwks" ? "application/jwk-set+json" : "application/json"))
        #expect(answer.header("cache-control")?.hasPrefix("public, max-age=") == true)
        #expect(answer.header("access-control-allow-origin") == "*")
        let etag = try #require(answer.header("etag"))
        let head = try await server.exchange(RequestText.request("HEAD", path))
        #expect(head.status == 200)
        #expect(head.body.isEmpty)
        #expect(head.header("content-length") == String(answer.body.utf8.count))
        #expect(head.header("etag") == etag)
        for match in [etag, "*", "W/\(etag)", "\"x\", \(etag)", "\"x\" ,W/\(etag) "] {
            let same = try await server.exchange(RequestText.get(path, "if-none-match: \(match)"))
            #expect(same.status == 304)
            #expect(same.body.isEmpty)
            #expect(same.header("etag") == etag)
            #expect(same.header("content-length") == nil)
        }
        for match in ["\"x\"", String(etag.dropFirst().dropLast()), ""] {
            #expect(try await server.exchange(RequestText.get(path, "if-none-match: \(match)")).status == 200)
        }
        try await server.shutDown()
    }

    @Test func `shares token answers with registered origins only`() async throws {
        let server = try await LiveServer.publicServer()
        let body = "grant_type=client_credentials"
        let known = try await server.exchange(RequestText.form("/token", body, "origin: \(LiveServer.origin)"))
        #expect(known.header("access-control-allow-origin") == LiveServer.origin)
        #expect(known.header("vary") == "Origin")
        #expect(known.header("access-control-allow-credentials") == nil)
        for origin in ["https://evil.example", "null", "https://APP.example", "https://app.example.", "*"] {
            let other = try await server.exchange(RequestText.form("/token", body, "origin: \(origin)"))
            #expect(other.header("access-control-allow-origin") == nil)
            #expect(other.header("vary") == "Origin")
        }
        let preflight = ["access-control-request-method: POST", "access-control-request-headers: authorization"]
        let allowed = try await server.exchange(
            RequestText.request("OPTIONS", "/token", preflight + ["origin: \(LiveServer.origin)"]))
        #expect(allowed.status == 204)
        #expect(allowed.header("access-control-allow-origin") == LiveServer.origin)
        #expect(allowed.header("access-control-allow-methods") == "POST, OPTIONS")
        let refused = try await server.exchange(
            RequestText.request("OPTIONS", "/token", preflight + ["origin: https://evil.example"]))
        #expect(refused.header("access-control-allow-origin") == nil)
        #expect(refused.header("access-control-allow-methods") == nil)
        let introspect = try await server.exchange(
            RequestText.request("OPTIONS", "/introspect", preflight + ["origin: \(LiveServer.origin)"]))
        #expect(introspect.header("access-control-allow-origin") == nil)
        try await server.shutDown()
    }

    @Test func `tells browsers to be careful with every answer`() async throws {
        let server = try await LiveServer.publicServer()
        for request in [RequestText.token, RequestText.get("/none"), RequestText.get("/jwks"), "BAD\r\n\r\n"] {
            let answer = try await server.exchange(request)
            #expect(answer.header("x-content-type-options") == "nosniff")
            #expect(answer.header("strict-transport-security") == "max-age=31536000")
            #expect(answer.header("content-security-policy") == "default-src 'none'; frame-ancestors 'none'")
            #expect(answer.header("date") == "Fri, 15 Jan 2027 08:00:00 GMT")
            #expect(answer.header("x-request-id")?.hasPrefix("abcdef") == true)
            #expect(answer.header("server") == nil)
        }
        try await server.shutDown()
    }

    @Test func `says whether it is alive and ready`() async throws {
        struct Broken: Error {}
        let server = try await LiveServer.publicServer(ready: { throw Broken() })
        #expect(try await server.exchange(RequestText.get("/health/live")).status == 200)
        let ready = try await server.exchange(RequestText.get("/health/ready"))
        #expect(ready.status == 503)
        #expect(ready.body == #"{"status":"store_unavailable"}"#)
        try await server.shutDown()
        let other = try await LiveServer.publicServer()
        #expect(try await other.exchange(RequestText.get("/health/ready")).body == #"{"status":"ready"}"#)
        try await other.shutDown()
    }

    @Test func `answers only to the hosts that it was given`() async throws {
        let server = try await LiveServer.handlerServer(configure: { $0.hosts = ["admin.example:9443"] })
        #expect(try await server.exchange(RequestText.get("/admin")).status == 421)
        let right = "GET /admin HTTP/1.1\r\nHost: Admin.example:9443\r\nConnection: close\r\n\r\n"
        #expect(try await server.exchange(right).status == 200)
        try await server.shutDown()
    }
}
