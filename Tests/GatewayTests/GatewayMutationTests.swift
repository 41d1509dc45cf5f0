import Gateway
import JOSE
import NIOPosix
import OAuth
import ResourceServer
import ServerHTTP
import Testing

/// Takes a request that the gateway lets through, breaks one thing, and reads the word of the log.
@Suite(.timeLimit(.minutes(5))) struct `The word of a gateway for a request with one thing broken` {
    private static let now = CraftedGateway.now.secondsSince1970

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
        let gateway = try CraftedGateway()
        let token = try gateway.token()
        #expect(await word(gateway, token: token) == "allowed")
        let mutations: [(String, AmbiguousPath)] = [
            ("files/1", .notAPath), ("/files/" + String(repeating: "a", count: 65_536), .tooLong),
            ("/files/%zz", .malformed), ("/files/%00", .controlCharacter), ("/files%2f1", .hiddenSeparator),
            ("/files/1;a", .parameter), ("/files/../files/1", .dotSegment), ("/files//1", .emptySegment),
            ("/files/%252e", .escapedTwice), ("/files/%c0%ae", .notUTF8), ("/files/%ef%bc%8f", .lookAlike),
        ]
        for (target, problem) in mutations {
            #expect(await word(gateway, target, token: token) == problem.rawValue, "\(target)")
        }
        #expect(Set(mutations.map(\.1)) == Set(AmbiguousPath.allCases), "each has a mutation")
    }

    @Test func `names each thing that can be wrong with a token`() async throws {
        let gateway = try CraftedGateway()
        let good = try gateway.token()
        #expect(await word(gateway, token: good) == "allowed")
        let claims = try UnverifiedJWT(good).unprovenClaims
        let bytes = try #require(claims).jsonBytes
        let parts = good.split(separator: ".")
        let other = try SigningKey.generate(.ES256)
        let forged = "\(parts[0]).\(parts[1])." + String(repeating: "A", count: parts[2].count)
        let mutations: [(String, TokenProblem)] = [
            ("nonsense", .malformed), (try JWTSigner(gateway.key, type: "JWT").sign(bytes), .wrongType),
            (try JWTSigner(other, type: "at+jwt").sign(bytes), .unknownKey),
            (forged, .wrongSignature),
            (try gateway.token([("iss", .string("https://other.example"))]), .wrongIssuer),
            (try gateway.token([("aud", .string("https://other.example/"))]), .wrongAudience),
            (try gateway.token([("exp", .integer(Self.now - 100))]), .expired),
            (try gateway.token([("iat", .integer(Self.now + 100))]), .fromTheFuture),
            (try gateway.token([("nbf", .integer(Self.now + 100))]), .notYetValid),
            (
                try gateway.token([("cnf", .object(JSONObject([("jkt", .string("x"))])))]),
                .senderConstrained
            ),
        ]
        for (token, problem) in mutations {
            #expect(await word(gateway, token: token) == GatewayWord.word(for: problem), "\(problem)")
        }
        let ended = try CraftedGateway(revocations: Known(answer: .revoked))
        #expect(await word(ended, token: try ended.token()) == GatewayWord.word(for: .revoked))
        // What the issuer says of opaque tokens is tried with the client that asks it.
        let reached = Set(mutations.map(\.1)).union([.revoked, .inactive])
        #expect(reached == Set(TokenProblem.allCases), "each has a mutation")
    }

    /// Where the word is not in the answer of the proxy's question, it is in that of the proxy itself.
    @Test func `names each other thing`() async throws {
        var reached: [GatewayWord: String?] = [:]
        let gateway = try CraftedGateway([
            GatewayRoute(path: try NormalisedPath("/files"), access: .rule(AccessRule(scope: try Scope("read")))),
            GatewayRoute(
                path: try NormalisedPath("/once"), methods: [.get], access: .rule(AccessRule(maxAge: .seconds(60)))),
        ])
        let token = try gateway.token()
        reached[.proxyUnknown] = await word(gateway, token: token, from: "192.0.2.1")
        reached[.questionMalformed] = await word(gateway, token: token, more: [("x-original-uri", "/files/2")])
        let question = [("x-original-uri", "/files/1"), ("x-original-method", "GET"), ("host", "a b")]
        reached[.hostMalformed] = await gateway.ask(.original, question).facts?.decision
        reached[.routeUnknown] = await word(gateway, "/elsewhere", token: token)
        reached[.methodNotAllowed] = await word(gateway, "/once", method: "POST", token: token)
        reached[.tokenMissing] = await word(gateway, token: nil)
        reached[.authorizationMalformed] = await word(gateway, token: token, more: [("authorization", "Bearer x")])
        reached[.insufficientScope] = await word(gateway, token: try gateway.token([("scope", .string("write"))]))
        reached[.insufficientAuthentication] = await word(gateway, "/once", token: token)
        reached[.judgementUnavailable] = await word(try CraftedGateway(keys: LostKeys()), token: token)
        let unspeakable = try gateway.token([("roles", .array([.string("editor,clerk")]))])
        reached[.identityUnspeakable] = await word(gateway, token: unspeakable)
        let stale = try CraftedGateway(revocations: Known(answer: .stale(.refuse)))
        reached[.revocationsStale] = await word(stale, token: try stale.token())
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
            fields: [(String, String)] = [], times: Int = 1, policy: (inout ForwardingPolicy) -> Void = { _ in }
        ) async throws -> String? {
            var route = GatewayRoute(path: try NormalisedPath("/"), access: .everybody)
            route.upstream = Upstream("http://127.0.0.1:\(port)")
            route.forwarding.timeout = .seconds(300)
            policy(&route.forwarding)
            let gateway = try CraftedGateway([route])
            let proxy = ReverseProxy(
                judge: gateway.endpoint.judge, client: client, metadata: gateway.endpoint.metadata, isSecure: false,
                now: { CraftedGateway.now })
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
            return said
        }
        let opening = [("connection", "upgrade"), ("upgrade", "websocket")]
        #expect(try await word(sound.port) == "open")
        let reached: [GatewayWord: String?] = [
            .rateLimited: try await word(sound.port, times: 2) {
                $0.limits = [RateLimit(.client, count: 1, window: 3600)].compactMap { $0 }
            },
            .originForbidden: try await word(sound.port, fields: opening + [("origin", "https://b.example")]),
            .bodyTooLarge: try await word(sound.port, .post, content: [1, 2, 3]) { $0.bodyBytes = 2 },
            .contentUnexpected: try await word(sound.port, content: [1]),
            .queryMalformed: try await word(sound.port, query: "a=%z"),
            .upstreamRefused: try await word(1),
            .upstreamBroken: try await word(nonsense.port),
            .upstreamTimeout: try await word(silent.port) { $0.timeout = .milliseconds(100) },
            .upgradeRefused: try await word(refusing.port, fields: opening),
        ]
        for upstream in [sound, nonsense, silent, refusing] { try await upstream.stop() }
        await client.shutDown()
        return reached
    }
}
