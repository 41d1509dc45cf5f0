import Gateway
import JOSE
import OAuth
import ResourceServer
import ServerHTTP
import Testing

@Suite(.timeLimit(.minutes(5))) struct ForwardAuthTests {
    private let gateway: CraftedGateway

    init() throws { gateway = try CraftedGateway() }

    private static let identity = ["x-tessera-subject", "x-tessera-client", "x-tessera-scope", "x-tessera-roles"]

    private func identity(_ response: ServerResponse) -> [String] {
        Self.identity.flatMap { response.headers.all($0) }
    }

    @Test func `lets a good token in and says who comes`() async throws {
        let answer = await gateway.ask("/files/1?x=%zz&y=//", token: try gateway.token())
        #expect(answer.status == 200 && identity(answer) == ["u1", "app", "read", "editor,clerk"])
        #expect(answer.headers.first("cache-control") == "no-store")
        let open = await gateway.ask("/open/1")
        #expect(open.status == 200 && identity(open) == ["", "", "", ""])
        // Where everybody may come nobody is named, whatever a stranger brings along.
        #expect(identity(await gateway.ask("/open/1", token: "nonsense")) == ["", "", "", ""])
    }

    @Test func `asks for a token, and says which scope is missing`() async throws {
        let none = await gateway.ask("/files/1")
        #expect(none.status == 401)
        #expect(
            none.headers.first("www-authenticate")
                == #"Bearer resource_metadata="https://api.example/.well-known/oauth-protected-resource""#)
        let weak = await gateway.ask("/files/private/1", token: try gateway.token())
        #expect(weak.status == 403)
        #expect(weak.headers.first("www-authenticate")?.contains(#"error="insufficient_scope""#) == true)
        #expect(weak.headers.first("www-authenticate")?.contains(#"scope="write""#) == true)
        let other = try gateway.token([("aud", .string("https://other.example/"))])
        #expect(await gateway.ask("/files/1", token: other).status == 401)
        let twice = await gateway.ask(
            "/files/1", more: [("authorization", "Bearer a"), ("authorization", "Bearer b")])
        #expect(twice.status == 403)
        for answer in [none, weak, twice] { #expect(identity(answer).isEmpty) }
    }

    /// Attack 205: whatever is not one plain target is refused, with a token that is good for everything.
    @Test(arguments: [
        "", "*", "files/1", "http://other.example/files/1", "//other.example/files/1", "/files//1", "/open/../files/1",
        "/open/%2e%2e/files/1", "/open/..%2ffiles", "/open%2f..%2ffiles", "/open\\..\\files", "/open;/files",
        "/files/%",
        "/files/%00", "/files/ 1", "/files/%c0%ae", "/open/%252e%252e/files", "/files/1#x", "/files/\u{e4}",
        "/unknown", "/opened", "/", "/files/" + String(repeating: "a", count: 65_536),
    ])
    func `is never open to a target that is not plain`(target: String) async throws {
        let token = try gateway.token([("scope", .string("read write"))])
        for answer in [await gateway.ask(target, token: token), await gateway.ask(target)] {
            #expect([400, 401, 403].contains(answer.status) && identity(answer).isEmpty, "\(target)")
        }
    }

    /// Attack 209
    @Test(arguments: ["OPTIONS", "HEAD", "POST", "CONNECT", "TRACE", "PROPFIND", "get", "", "GET "])
    func `judges every method`(method: String) async throws {
        #expect([400, 401].contains(await gateway.ask("/files/1", method: method).status))
        let strong = try gateway.token([("scope", .string("read write"))])
        let answer = await gateway.ask("/files/private/1", method: method, token: strong)
        #expect(answer.status == (method == "HEAD" ? 200 : ["OPTIONS", "POST"].contains(method) ? 403 : 400))
    }

    @Test func `refuses a question that does not say one thing`() async throws {
        let token = ("authorization", "Bearer " + (try gateway.token()))
        let host = ("host", "a.example")
        let uri = ("x-original-uri", "/open")
        let method = ("x-original-method", "GET")
        for fields in [
            [host, uri, token], [host, method], [uri, method], [host, uri, uri, method], [host, uri, method, method],
            [],
        ] {
            #expect(await gateway.ask(.original, fields).status == 400, "\(fields)")
        }
        #expect(await gateway.ask(.original, [host, uri, method]).status == 200)
        #expect(await gateway.ask(.original, [("host", "a.example/x"), uri, method]).status == 403)
    }

    /// Attack 206: each proxy is believed in its own words only, and nobody else in any.
    @Test func `believes no claim that its proxy did not make`() async throws {
        let spoofed = [
            ("x-forwarded-uri", "/open"), ("x-forwarded-method", "GET"), ("x-forwarded-host", "a.example"),
            ("x-forwarded-prefix", "/open"), ("forwarded", "for=127.0.0.1;host=a.example"), ("x-original-url", "/open"),
            ("x-rewrite-url", "/open"), ("x-http-method-override", "GET"), ("x-envoy-original-path", "/open"),
            ("x-original-host", "b.example"),
        ]
        #expect(await gateway.ask("/files/1", more: spoofed).status == 401)
        let original = [("host", "a.example"), ("x-original-uri", "/open"), ("x-original-method", "GET")]
        #expect(await gateway.ask(.forwarded, original).status == 400)
        let forwarded = [
            ("host", "gateway"), ("x-forwarded-uri", "/files/1"), ("x-forwarded-method", "GET"),
            ("x-forwarded-host", "a.example"),
        ]
        #expect(await gateway.ask(.forwarded, forwarded + original.dropFirst()).status == 401)
        #expect(
            await gateway.ask(.path, original + spoofed.dropFirst(2), path: "/forward-auth/path/files/1").status == 401)
        #expect(await gateway.ask("/open", from: "192.0.2.1").status == 403)
        #expect(await gateway.ask("/open", from: "unix").status == 403)
        #expect(await gateway.ask("/open", from: "127.0.0.2").status == 403)
    }

    @Test func `understands Traefik, Caddy and Envoy`() async throws {
        let token = ("authorization", "Bearer " + (try gateway.token()))
        let forwarded = [
            ("host", "gateway"), ("x-forwarded-uri", "/files/1?a=b"), ("x-forwarded-method", "POST"),
            ("x-forwarded-host", "a.example:8443"), ("x-forwarded-proto", "https"), token,
        ]
        #expect(identity(await gateway.ask(.forwarded, forwarded)).first == "u1")
        // These two pass our answer on, so it says what is wrong.
        let ambiguous = forwarded.map { $0.0 == "x-forwarded-uri" ? ($0.0, "/open/../files") : $0 }
        #expect(await gateway.ask(.forwarded, ambiguous).status == 400)
        let asked = await gateway.ask(
            .path, [("host", "a.example"), token], path: "/forward-auth/path/files/1", method: .delete)
        #expect(asked.status == 200 && identity(asked).first == "u1")
        #expect(
            await gateway.ask(.path, [("host", "a.example"), token], path: "/forward-auth/path//files").status == 400)
        #expect(
            await gateway.ask(.path, [("host", "a.example"), token], path: "/forward-auth/path/../open").status == 400)
    }

    @Test func `is closed while nobody can judge the token`() async throws {
        let closed = try CraftedGateway(keys: LostKeys())
        let answer = await closed.ask("/files/1", token: try closed.token())
        #expect(answer.status == 503 && identity(answer).isEmpty && answer.headers.first("retry-after") == "1")
    }

    @Test(arguments: [
        [("sub", JSONValue.string("b\u{f6}b"))], [("roles", .array([.string("a,b")]))],
        [("roles", .array([.string("")]))],
        [("roles", .array([.string("a\r\nx-tessera-subject: root")]))], [("sub", .string(" u1"))],
    ])
    func `lets nobody in whose name a header cannot say`(claims: [(String, JSONValue)]) async throws {
        let answer = await gateway.ask("/files/1", token: try gateway.token(claims))
        #expect([401, 403].contains(answer.status) && identity(answer).isEmpty)
    }
}
