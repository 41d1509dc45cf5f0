import Gateway
import OAuth
import ResourceServer
import ServerHTTP
import Testing

struct GatewayRouteTableTests {
    private func route(
        _ path: String, host: String? = nil, exact: Bool = false, methods: Set<RequestMethod>? = nil,
        scope: String? = nil
    ) throws -> GatewayRoute {
        GatewayRoute(
            host: try host.map { try #require(HostName($0)) }, path: try NormalisedPath(path), isExact: exact,
            methods: methods,
            access: try scope.map { .rule(AccessRule(scope: try Scope($0))) } ?? .everybody)
    }

    private func found(
        _ table: GatewayRouteTable, _ path: String, host: String = "a.example", _ method: RequestMethod = .get
    ) throws -> String {
        switch table.match(host: try #require(HostName(host)), path: try NormalisedPath(path), method: method) {
        case .route(let route): route.name
        case .nothing: "nothing"
        case .otherMethods(let allow): allow
        }
    }

    @Test func `takes the longest path that holds the request`() throws {
        let table = try GatewayRouteTable([
            route("/"), route("/reports", scope: "read"), route("/reports/open/", scope: "x"),
            route("/reports/open", exact: true), route("/caf%C3%A9", scope: "y"), route("/a!b", scope: "z"),
        ])
        let expected = [
            ("/", "*/*"), ("/other", "*/*"), ("/reports", "*/reports/*"), ("/reports/", "*/reports/*"),
            ("/reports/1", "*/reports/*"), ("/reports-of-others", "*/*"), ("/Reports", "*/*"),
            ("/reports/open", "*/reports/open"), ("/reports/open/", "*/reports/open/*"),
            ("/reports/open/1", "*/reports/open/*"), ("/%72eports/1", "*/reports/*"),
            ("/caf%c3%a9/x", "*/caf%C3%A9/*"), ("/a%21b", "*/a!b/*"),
        ]
        for (path, name) in expected { #expect(try found(table, path) == name, "\(path)") }
    }

    @Test func `denies what no route names`() throws {
        let table = try GatewayRouteTable([route("/open"), route("/b", host: "b.example")])
        #expect(try found(table, "/") == "nothing")
        #expect(try found(table, "/opened") == "nothing")
        #expect(try found(table, "/open/x") == "*/open/*")
        // A host with routes of its own has no others.
        #expect(try found(table, "/open", host: "b.example") == "nothing")
        for host in ["b.example", "B.Example", "b.example:8443", "b.example.", "b.example.:80"] {
            #expect(try found(table, "/b", host: host) == "b.example/b/*", "\(host)")
        }
        #expect(try found(GatewayRouteTable([]), "/") == "nothing")
    }

    /// A shorter route must not open what a longer one closed.
    @Test func `does not fall back to another path when a method is missing`() throws {
        let table = try GatewayRouteTable([
            route("/"), route("/admin", methods: [.get], scope: "read"),
            route("/admin", methods: [.post], scope: "admin"),
        ])
        #expect(try found(table, "/admin/x", .head) == "*/admin/*")
        #expect(try found(table, "/admin/x", .delete) == "GET, HEAD, POST")
        #expect(try found(table, "/admin", .options) == "GET, HEAD, POST")
        #expect(try found(table, "/", .options) == "*/*")
        #expect(try found(table, "/", .other) == "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS")
    }

    @Test func `has no two routes for one request`() throws {
        let get = try route("/a", methods: [.get])
        #expect(throws: GatewayRouteTable.Overlap(first: 0, second: 1)) {
            try GatewayRouteTable([get, route("/a/", methods: [.head])])
        }
        #expect(throws: GatewayRouteTable.Overlap(first: 0, second: 2)) {
            try GatewayRouteTable([get, route("/b"), route("/%61")])
        }
        #expect(throws: Never.self) {
            try GatewayRouteTable([
                get, route("/a", exact: true), route("/a", host: "b.example"), route("/a", methods: [.post]),
            ])
        }
    }

    @Test func `forwards the path below the route if told to`() throws {
        var below = try route("/api/caf%C3%A9")
        let path = try NormalisedPath("/api/caf%c3%a9/%e2%82%ac/1")
        #expect(below.forwarded(path).text == "/api/caf%C3%A9/%E2%82%AC/1")
        below.stripsPrefix = true
        #expect(below.forwarded(path).text == "/%E2%82%AC/1")
        #expect(try below.forwarded(NormalisedPath("/api/caf%c3%a9")).text == "/")
        #expect(try below.forwarded(NormalisedPath("/api/caf%c3%a9/")).text == "/")
        var all = try route("/")
        all.stripsPrefix = true
        #expect(all.forwarded(path).text == "/api/caf%C3%A9/%E2%82%AC/1")
    }

    @Test(arguments: [
        ("http://127.0.0.1:3000", "http://127.0.0.1:3000"),
        ("https://Reports.internal", "https://reports.internal:443"),
        ("http://[::1]:80", "http://[::1]:80"), ("http://a.", "http://a:80"),
    ])
    func `reads the address of an upstream`(text: String, expected: String) throws {
        #expect(try #require(Upstream(text)).description == expected)
    }

    @Test(arguments: [
        "", "http://", "ftp://a", "a:80", "http://a/path", "http://user@a", "http://a:0", "http://a:65536",
        "http://a:b",
        "http://a b", "http://[::1", "http://a?x", "http://a:80:80",
    ])
    func `refuses an upstream that is more than an address`(text: String) { #expect(Upstream(text) == nil) }

    @Test(arguments: [
        "", ".", ":80", "a:b", "a/b", "a@b", "a b", "[::1", "[::1]x", "a:123456", "\u{e4}", "a[b]c", "a[", "a]", "[]",
        "[a.example]", "x[::1]", "[::1]:123456", "[[::1]]", "::1",
    ])
    func `refuses a host that is none`(text: String) { #expect(HostName(text) == nil) }
}
