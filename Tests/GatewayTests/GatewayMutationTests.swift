import Gateway
import JOSE
import NIOPosix
import OAuth
import ResourceServer
import ServerHTTP
import Testing

/// Takes a request that the gateway lets through, breaks one thing, and reads the word of the log and what the operator is
/// told: of a request that passes, nothing.
@Suite(.timeLimit(.minutes(5))) struct `The word of a gateway for a request with one thing broken` {
    private static let now = CraftedGateway.now.secondsSince1970

    /// What the operator is told of the last request.
    private let told = ToldDecisions()

    /// Whether the operator was told of one refusal by this word, on this value, with what would have passed.
    private func isTold(_ word: String?, found: String, expected: String = "", about: String = "") -> Bool {
        let decisions = told.take()
        guard let decision = decisions.first, decisions.count == 1 else { return false }
        let evidence = decision.evidence
        let isNamed = decision.word == word && decision.requestID == "r1" && decision.address == "192.0.2.1"
        return isNamed && evidence.found.contains(found) && evidence.expected.contains(expected)
            && decision.about.contains(about)
    }

    /// Says of every token that it has ended, or that nobody knows.
    private struct Known: RevocationSource {
        let answer: RevocationAnswer
        var version: UInt64 { 0 }
        func lookup(for token: AccessToken) -> RevocationLookup { { [answer] _ in answer } }
    }

    private func word(
        _ gateway: CraftedGateway, _ target: String = "/files/1", method: String = "GET", token: String?,
        more: [(String, String)] = [], from peer: String = "127.0.0.1"
    ) async -> String? {
        let answer = await gateway.ask(target, method: method, token: token, more: more, from: peer)
        #expect(answer.status == 200 || answer.headers.all("x-tessera-subject").isEmpty)
        return answer.facts?.decision
    }

    @Test func `names each thing that can be wrong with a path`() async throws {
        let gateway = try CraftedGateway(told: told)
        let token = try gateway.token()
        #expect(await word(gateway, token: token) == "allowed")
        #expect(told.take().isEmpty)
        let mutations: [(String, AmbiguousPath)] = [
            ("files/1", .notAPath), ("/files/" + String(repeating: "a", count: 65_536), .tooLong),
            ("/files/%zz", .malformed), ("/files/%00", .controlCharacter), ("/files%2f1", .hiddenSeparator),
            ("/files/1;a", .parameter), ("/files/../files/1", .dotSegment), ("/files//1", .emptySegment),
            ("/files/%252e", .escapedTwice), ("/files/%c0%ae", .notUTF8), ("/files/%ef%bc%8f", .lookAlike),
        ]
        for (target, problem) in mutations {
            #expect(await word(gateway, target, token: token) == problem.rawValue, "\(problem)")
            #expect(isTold(problem.rawValue, found: target, about: "GET a.example\(target)"), "\(problem)")
        }
        #expect(Set(mutations.map(\.1)) == Set(AmbiguousPath.allCases), "each has a mutation")
    }

    @Test func `names each thing that can be wrong with a token`() async throws {
        let gateway = try CraftedGateway(told: told)
        let good = try gateway.token()
        #expect(await word(gateway, token: good) == "allowed")
        #expect(told.take().isEmpty)
        let claims = try UnverifiedJWT(good).unprovenClaims
        let bytes = try #require(claims).jsonBytes
        let parts = good.split(separator: ".")
        let other = try SigningKey.generate(.ES256)
        let forged = "\(parts[0]).\(parts[1])." + String(repeating: "A", count: parts[2].count)
        let key = "kid \(gateway.key.id)"
        let mutations: [(token: String, problem: TokenProblem, found: String, expected: String)] = [
            ("nonsense", .malformed, "a token of 8 bytes", ""),
            (try JWTSigner(gateway.key, type: "JWT").sign(bytes), .wrongType, "typ JWT, \(key)", "typ at+jwt"),
            (try JWTSigner(other, type: "at+jwt").sign(bytes), .unknownKey, "kid \(other.id), alg ES256", ""),
            (forged, .wrongSignature, "\(key), alg ES256", ""),
            (
                try gateway.token([("iss", .string("https://other.example"))]), .wrongIssuer,
                "iss https://other.example, jti t1, \(key)", "iss https://as.example"
            ),
            (
                try gateway.token([("aud", .string("https://other.example/"))]), .wrongAudience,
                "aud https://other.example/, jti t1", "aud https://api.example/"
            ),
            (
                try gateway.token([("exp", .integer(Self.now - 100))]), .expired,
                "exp \(Self.now - 100), 100 s ago, jti t1", "exp after \(Self.now)"
            ),
            (
                try gateway.token([("iat", .integer(Self.now + 100))]), .fromTheFuture,
                "iat \(Self.now + 100), in 100 s", "not more than 30 s ahead"
            ),
            (
                try gateway.token([("nbf", .integer(Self.now + 100))]), .notYetValid,
                "nbf \(Self.now + 100), in 100 s", "not more than 30 s ahead"
            ),
            (
                try gateway.token([("cnf", .object(JSONObject([("jkt", .string("x"))])))]), .senderConstrained,
                "cnf, jti t1", "no cnf"
            ),
        ]
        for (token, problem, found, expected) in mutations {
            let word = await word(gateway, token: token)
            #expect(word == GatewayWord.word(for: problem), "\(problem)")
            #expect(isTold(word, found: found, expected: expected, about: "route */files/*"), "\(problem)")
        }
        let ended = try CraftedGateway(revocations: Known(answer: .revoked), told: told)
        #expect(await word(ended, token: try ended.token()) == GatewayWord.word(for: .revoked))
        #expect(isTold(GatewayWord.word(for: .revoked), found: "sub u1, client_id app, jti t1"))
        // What the issuer says of opaque tokens is tried with the client that asks it.
        let reached = Set(mutations.map(\.problem)).union([.revoked, .inactive])
        #expect(reached == Set(TokenProblem.allCases), "each has a mutation")
    }

    /// Where the word is not in the answer of the proxy's question, it is in that of the proxy itself.
    @Test func `names each other thing`() async throws {
        var reached: [GatewayWord: String?] = [:]
        let gateway = try CraftedGateway(
            [
                GatewayRoute(path: try NormalisedPath("/files"), access: .rule(AccessRule(scope: try Scope("read")))),
                GatewayRoute(
                    path: try NormalisedPath("/once"), methods: [.get],
                    access: .rule(AccessRule(maxAge: .seconds(60)))),
            ], told: told)
        let token = try gateway.token()
        func expect(
            _ word: GatewayWord, _ said: String?, found: String, expected: String = "",
            at location: SourceLocation = #_sourceLocation
        ) {
            reached[word] = said
            #expect(isTold(said, found: found, expected: expected), "\(word)", sourceLocation: location)
        }
        expect(
            .proxyUnknown, await word(gateway, token: token, from: "192.0.2.9"), found: "192.0.2.9",
            expected: "proxy.trusted")
        expect(
            .questionMalformed, await word(gateway, token: token, more: [("x-original-uri", "/files/2")]),
            found: "x-original-uri 2 times", expected: "each once")
        let question = [("x-original-uri", "/files/1"), ("x-original-method", "GET"), ("host", "a b")]
        expect(.hostMalformed, await gateway.ask(.original, question).facts?.decision, found: "Host a b")
        expect(.routeUnknown, await word(gateway, "/elsewhere", token: token), found: "a.example /elsewhere")
        expect(
            .methodNotAllowed, await word(gateway, "/once", method: "POST", token: token), found: "POST",
            expected: "GET, HEAD")
        expect(.tokenMissing, await word(gateway, token: nil), found: "no Authorization field")
        expect(
            .authorizationMalformed, await word(gateway, token: token, more: [("authorization", "Bearer x")]),
            found: "2 Authorization fields")
        expect(
            .insufficientScope, await word(gateway, token: try gateway.token([("scope", .string("write"))])),
            found: "scope write, jti t1, kid \(gateway.key.id)", expected: "scope with read")
        expect(
            .insufficientAuthentication, await word(gateway, "/once", token: token),
            found: "acr (none), auth_time (none), jti t1", expected: "auth_time at most 60 s ago")
        expect(
            .judgementUnavailable, await word(try CraftedGateway(keys: LostKeys(), told: told), token: token),
            found: "the issuer is away")
        let unspeakable = try gateway.token([("roles", .array([.string("editor,clerk")]))])
        expect(
            .identityUnspeakable, await word(gateway, token: unspeakable), found: "roles editor,clerk",
            expected: "roles without commas")
        let stale = try CraftedGateway(revocations: Known(answer: .stale(.refuse)), told: told)
        expect(
            .revocationsStale, await word(stale, token: try stale.token()), found: "word about revocations is too old")
        for (word, said) in try await proxied() { reached[word] = said }
        // What is said to browsers is tried where there is an issuer to sign in at.
        for word in GatewayWord.allCases where !GatewayWord.signIn.contains(word) {
            #expect(reached[word] == word.rawValue, "\(word)")
        }
    }

    /// The same for what happens behind the judgement: limits, content, and servers that fail in each way.
    private func proxied() async throws -> [GatewayWord: String?] {
        let sound = try await RecordingUpstream()
        let nonsense = try await RecordingUpstream { _ in "nonsense\r\n\r\n" }
        let silent = try await RecordingUpstream { _ in nil }
        let refusing = try await RecordingUpstream { _ in "HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n" }
        let client = UpstreamClient(
            eventLoops: MultiThreadedEventLoopGroup.singleton, connectTimeout: .seconds(120), idle: .seconds(300))

        func word(
            _ port: Int, _ method: RequestMethod = .get, query: String? = nil, content: [UInt8] = [],
            fields: [(String, String)] = [], times: Int = 1, found: String? = nil, expected: String = "",
            policy: (inout ForwardingPolicy) -> Void = { _ in }
        ) async throws -> String? {
            var route = GatewayRoute(path: try NormalisedPath("/"), access: .everybody)
            route.upstream = Upstream("http://127.0.0.1:\(port)")
            route.forwarding.timeout = .seconds(300)
            policy(&route.forwarding)
            let gateway = try CraftedGateway([route])
            let proxy = ReverseProxy(
                judge: gateway.endpoint.judge, client: client, metadata: gateway.endpoint.metadata, isSecure: false,
                report: told.report, now: { CraftedGateway.now })
            let request = ServerRequest(
                method: method, path: "/a", query: query,
                headers: HeaderFields(
                    ([("host", "a.example")] + fields).map { .init(name: $0.0, value: $0.1) }),
                peer: Peer(address: "192.0.2.1"), sender: Peer(address: "192.0.2.1"), requestID: "r1",
                listener: "gateway")
            var said: String?
            for _ in 0..<times {
                said = await proxy.answer(request, RequestBody(content), at: CraftedGateway.now).facts?.decision
            }
            if let found {
                #expect(isTold(said, found: found, expected: expected, about: "a.example/a, route */*"), "\(found)")
            } else {
                #expect(told.take().isEmpty)
            }
            return said
        }
        let opening = [("connection", "upgrade"), ("upgrade", "websocket")]
        #expect(try await word(sound.port) == "open")
        // What an upstream refuses is its own affair.
        #expect(try await word(refusing.port) == "open")
        let reached: [GatewayWord: String?] = [
            .rateLimited: try await word(
                sound.port, times: 2, found: "\"client\";q=1;w=3600", expected: "the same after 3"
            ) { $0.limits = [RateLimit(.client, count: 1, window: 3600)].compactMap { $0 } },
            .originForbidden: try await word(
                sound.port, fields: opening + [("origin", "https://b.example")], found: "Origin https://b.example",
                expected: "Origin http://a.example"),
            .bodyTooLarge: try await word(
                sound.port, .post, content: [1, 2, 3], found: "3 bytes", expected: "at most 2 bytes"
            ) { $0.bodyBytes = 2 },
            .contentUnexpected: try await word(
                sound.port, content: [1], found: "GET with content", expected: "without"),
            .queryMalformed: try await word(sound.port, query: "a=%z", found: "a query of 4 bytes"),
            .upstreamRefused: try await word(1, found: "http://127.0.0.1:1"),
            .upstreamBroken: try await word(nonsense.port, found: "http://127.0.0.1:\(nonsense.port)"),
            .upstreamTimeout: try await word(
                silent.port, found: "http://127.0.0.1:\(silent.port)", expected: "within 0.1 seconds"
            ) { $0.timeout = .milliseconds(100) },
            .upgradeRefused: try await word(
                refusing.port, fields: opening, found: ":\(refusing.port) answered 403", expected: "101"),
        ]
        for upstream in [sound, nonsense, silent, refusing] { try await upstream.stop() }
        await client.shutDown()
        return reached
    }
}
