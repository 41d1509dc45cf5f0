import AuthorizationServer
import FoundationEssentials
import JOSE
import NIOPosix
import Risk
import ServerHTTP
import Synchronization
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10))) struct GuardedFetcherTests {
    private static let loopback = [AddressRange("127.0.0.10")].compactMap { $0 }
    private static let pinned = [IPAddress("127.0.0.10")].compactMap { $0 }

    private func fetcher(
        _ authority: String? = nil, allowed: [AddressRange] = loopback, limit: Duration = .seconds(120),
        perMinute: Int = 30,
        resolve: @escaping GuardedFetcher.Resolver = { _ in GuardedFetcherTests.pinned }
    ) -> GuardedFetcher {
        GuardedFetcher(
            eventLoops: MultiThreadedEventLoopGroup.singleton, allowed: allowed, authorityFile: authority,
            timeLimit: limit, requestsPerMinute: perMinute, resolve: resolve)
    }

    private static func late() async -> ServerResponse {
        try? await Task.sleep(for: .seconds(600))
        return .json([])
    }

    /// A server on the one loopback address that the tests allow.
    private func serve(
        _ handler: @escaping ServerRequest.Handler, during body: (LiveServer, String) async throws -> Void
    ) async throws {
        let folder = try TemporaryFolder()
        let (files, authority) = try DevelopmentCertificate.files(in: folder.path + "/tls", at: RealClock.now)
        let server = try await LiveServer.handlerServer(
            configure: {
                $0.address = .tcp(host: "127.0.0.10", port: 0)
                $0.certificates = try TLSCertificates(files, at: RealClock.now)
                $0.limits.drain = .milliseconds(200)
            }, handler: handler)
        try await body(server, authority)
        try await server.shutDown()
        folder.remove()
    }

    @Test(.requirement("7515-8-2", "7515-8-3"))
    func `fetches from the address that it checked, with the certificate of the name`() async throws {
        let keys: ServerRequest.Handler = { _, _ in .json(Array(#"{"keys":[]}"#.utf8)) }
        try await serve(keys) { server, authority in
            let url = "https://localhost:\(server.port)/keys"
            let body = try await fetcher(authority).fetch(url, for: .keySet)
            #expect(body == Array(#"{"keys":[]}"#.utf8))
            // The same server under a name that its certificate does not have.
            await #expect(throws: OutboundError.connectionFailed) {
                try await fetcher(authority).fetch("https://other.example:\(server.port)/keys", for: .keySet)
            }
            // And without trust in its authority.
            await #expect(throws: OutboundError.connectionFailed) { try await fetcher().fetch(url, for: .keySet) }
        }
    }

    @Test(.requirement("oidc-back-channel-logout-2.5-2", "oidc-back-channel-logout-4-1"))
    func `posts a form, says the status, and follows no redirect`() async throws {
        let received = Mutex<[String]>([])
        let client: ServerRequest.Handler = { request, _ in
            received.withLock { $0.append("\(request.method.rawValue) \(request.path)") }
            return request.path == "/moved"
                ? ServerResponse(status: 302, headers: HeaderFields([.init(name: "location", value: "/logout")]))
                : ServerResponse(status: 204, headers: HeaderFields([]))
        }
        try await serve(client) { server, authority in
            let base = "https://localhost:\(server.port)"
            let posted = try await fetcher(authority).post(Array("logout_token=x".utf8), to: base + "/logout")
            #expect(posted == 204)
            let moved = try await fetcher(authority).post([], to: base + "/moved")
            #expect(moved == 302)
            #expect(received.withLock { $0 } == ["POST /logout", "POST /moved"])
            await #expect(throws: OutboundError.addressForbidden) {
                try await fetcher(authority, allowed: []).post([], to: base + "/logout")
            }
        }
    }

    @Test func `follows no redirect, takes no error and no endless document`() async throws {
        let unhelpful: ServerRequest.Handler = { request, _ in
            switch request.path {
            case "/moved": ServerResponse(status: 302, headers: HeaderFields([.init(name: "location", value: "/keys")]))
            case "/large": .json([UInt8](repeating: 0x20, count: GuardedFetcher.maximumSize + 1))
            case "/slow": await Self.late()
            default: .error(500, "server_error", "no")
            }
        }
        try await serve(unhelpful) { server, authority in
            let base = "https://localhost:\(server.port)"
            let fetcher = fetcher(authority)
            await #expect(throws: OutboundError.statusUnexpected(302)) {
                try await fetcher.fetch(base + "/moved", for: .keySet)
            }
            await #expect(throws: OutboundError.statusUnexpected(500)) {
                try await fetcher.fetch(base + "/broken", for: .keySet)
            }
            await #expect(throws: OutboundError.tooLarge) { try await fetcher.fetch(base + "/large", for: .keySet) }
            // Far from when the server itself would give up, and say so.
            let hasty = self.fetcher(authority, limit: .milliseconds(500))
            await #expect(throws: OutboundError.timedOut) { try await hasty.fetch(base + "/slow", for: .keySet) }
        }
    }

    @Test(arguments: [
        "http://a.example/", "https://", "https:///x", "https://a@b.example/", "https://a.example#f",
        "https://a.example:0/",
        "https://a.example:65536/", "https://a.example:/", "https://a.example:80:80/", "https://a\\b/", "https://a b/",
        "HTTPS://a.example/", "file:///etc/passwd", "https://[::1/", "https://[1.2.3.4]/", "https://a.example/\u{e9}",
        "https://b\u{fc}cher.example/", "https://a%2eexample/", "https://a.example/\"",
        "https://a.example./", "https://A.EXAMPLE./", "https://.a.example/", "https://a..example/", "https://./",
        "https://127.0.0.1./", "https://%61.example/", "https://a.example%2e/", "https://\u{ff41}.example/",
        "https://a\u{3002}example/", "https://[::ffff:7f00:1]/", "https://[::FFFF:127.0.0.1]/",
        "https://[fe80::1%25lo]/", "https://[::1]a/", "https://[a.example]/",
    ])
    func `refuses addresses that could be read in two ways`(text: String) async {
        await #expect(throws: OutboundError.addressMalformed) { try await fetcher().fetch(text, for: .keySet) }
    }

    /// The server is at the address that the fetcher looked up, and nowhere else: who looks again finds another.
    @Test(arguments: ["LOCALHOST", "Localhost", "localhosT"])
    func `goes to the address that it checked however the host is spelled`(host: String) async throws {
        let received = Mutex<[String]>([])
        let client: ServerRequest.Handler = { request, _ in
            received.withLock { $0.append("\(request.method.rawValue) \(request.path)") }
            return .json(Array("{}".utf8))
        }
        try await serve(client) { server, authority in
            let base = "https://\(host):\(server.port)"
            for kind in DocumentKind.allCases {
                let body = try await fetcher(authority).fetch(base + "/Keys", for: kind)
                #expect(body == Array("{}".utf8))
            }
            let status = try await fetcher(authority).post([], to: base + "/Logout")
            #expect(status == 200)
            #expect(received.withLock { $0 } == DocumentKind.allCases.map { _ in "GET /Keys" } + ["POST /Logout"])
        }
    }

    /// The client below goes to an address in the place of a name without a question to anybody.
    @Test(arguments: ["https://127.0.0.1/", "https://[::1]/", "https://[FE80::1]/", "https://[0:0:0:0:0:0:0:1]:443/"])
    func `judges an address in the place of a name by itself`(url: String) async {
        let elsewhere = [IPAddress("93.184.216.34")].compactMap { $0 }
        let fetcher = fetcher(allowed: [], limit: .seconds(5), resolve: { _ in elsewhere })
        await #expect(throws: OutboundError.addressForbidden) { try await fetcher.fetch(url, for: .keySet) }
        await #expect(throws: OutboundError.addressForbidden) { try await fetcher.post([], to: url) }
    }

    @Test func `reads in each address the host that the client below reads`() throws {
        let pieces = [
            "a", "A", "Z9", ".", "-", "example", "EXAMPLE", "xn--bcher-kva", "1", "127.0.0.1", "[::1]",
            "[2001:DB8::A]", ":", ":443", "/", "?", "%61", "//", "[", "]", "@", ";", "x/Y?Z",
        ]
        var seed: UInt64 = 1
        func draw(_ count: Int) -> Int {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(seed >> 33) % count
        }
        var accepted = 0
        for _ in 0..<20_000 {
            let text = "https://" + (0...draw(6)).map { _ in pieces[draw(pieces.count)] }.joined()
            guard let url = try? OutboundURL(text) else { continue }
            accepted += 1
            let read = try #require(URL(string: url.text)?.host(percentEncoded: false), "\(text)")
            #expect(read == url.host || read == "[\(url.host)]", "\(text)")
            #expect(url.host == url.host.lowercased() && !url.host.hasSuffix("."), "\(text)")
            #expect(url.text.lowercased() == text.lowercased(), "\(text)")
            #expect(try OutboundURL(url.text) == url, "\(text)")
        }
        #expect(accepted > 1_000)
        #expect(try OutboundURL("https://API.Example:8443/Keys?A=B").text == "https://api.example:8443/Keys?A=B")
        #expect(try OutboundURL("https://xn--bcher-kva.example").host == "xn--bcher-kva.example")
    }

    @Test(arguments: ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "::ffff:127.0.0.1", "fe80::1", "0.0.0.0"])
    func `reaches no internal address, whatever name leads there`(address: String) async throws {
        let found = [IPAddress("93.184.216.34"), IPAddress(address)].compactMap { $0 }
        let fetcher = fetcher(allowed: [], resolve: { _ in found })
        await #expect(throws: OutboundError.addressForbidden) {
            try await fetcher.fetch("https://a.example/", for: .keySet)
        }
    }

    @Test(arguments: [
        "https://127.0.0.1/", "https://[::1]/", "https://localhost/", "https://2130706433/", "https://0x7f.1/",
        "https://127.1/",
    ])
    func `reaches no internal address by its own name`(url: String) async {
        let fetcher = fetcher(allowed: [], resolve: GuardedFetcher.systemResolver)
        await #expect(throws: OutboundError.self) { try await fetcher.fetch(url, for: .keySet) }
    }

    @Test func `asks once for callers who ask together, and spares hosts`() async throws {
        let count = Atomic<Int>(0)
        let isOpen = Atomic<Bool>(false)
        let fetcher = fetcher(
            perMinute: 3,
            resolve: { _ in
                count.add(1, ordering: .relaxed)
                while !isOpen.load(ordering: .acquiring) { try await Task.sleep(for: .milliseconds(1)) }
                return []
            })
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<20 {
                group.addImmediateTask { _ = try? await fetcher.fetch("https://a.example/keys", for: .keySet) }
            }
            // They stand in line at the fetcher by now, and this comes after them.
            await #expect(throws: OutboundError.addressMalformed) { try await fetcher.fetch("", for: .keySet) }
            isOpen.store(true, ordering: .releasing)
        }
        #expect(count.load(ordering: .relaxed) == 1)
        for _ in 0..<2 {
            await #expect(throws: OutboundError.hostNotFound) {
                try await fetcher.fetch("https://a.example/keys", for: .keySet)
            }
        }
        await #expect(throws: OutboundError.budgetSpent) {
            try await fetcher.fetch("https://A.example/other", for: .keySet)
        }
        await #expect(throws: OutboundError.hostNotFound) {
            try await fetcher.fetch("https://b.example/keys", for: .keySet)
        }
    }

    @Test func `has a budget of its own for each kind of document and for logout tokens`() async throws {
        let fetcher = fetcher(perMinute: 1, resolve: { _ in [] })
        func ask(_ kind: DocumentKind) async throws { _ = try await fetcher.fetch("https://a.example/x", for: kind) }
        for kind in DocumentKind.allCases {
            await #expect(throws: OutboundError.hostNotFound) { try await ask(kind) }
            await #expect(throws: OutboundError.budgetSpent) { try await ask(kind) }
        }
        await #expect(throws: OutboundError.hostNotFound) { try await fetcher.post([], to: "https://a.example/x") }
    }
}
