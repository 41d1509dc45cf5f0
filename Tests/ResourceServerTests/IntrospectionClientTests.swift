import JOSE
import OAuth
import ResourceServer
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct IntrospectionClientTests {
    private let crafted: CraftedIssuer
    private let paper: IssuerOnPaper
    private let now = CraftedIssuer.now
    private let opaque = Secret("tsa_abc")

    init() throws {
        crafted = try CraftedIssuer()
        paper = IssuerOnPaper(crafted)
    }

    /// With the longest time limit there is: a busy machine is not an issuer that is away.
    private func client(
        _ policy: IntrospectionPolicy = IntrospectionPolicy(timeLimit: .seconds(30))
    ) -> IntrospectionClient {
        IntrospectionClient(
            IssuerDiscovery(issuer: crafted.issuer, transport: paper),
            as: IntrospectionClient.Registration(
                resource: CraftedIssuer.resource, id: ClientID(unchecked: "api"),
                authentication: .secretBasic(Secret("s3:cr"))), policy: policy)
    }

    private func good(_ changes: [(String, JSONValue?)] = []) -> JSONObject {
        CraftedIssuer.claims([("active", .bool(true)), ("token_type", .string("Bearer"))] + changes)
    }

    private func problem(_ changes: [(String, JSONValue?)]) async -> AccessRefusal? {
        await paper.answerIntrospection(good(changes))
        do {
            _ = try await client().token(opaque, at: now)
            return nil
        } catch { return error }
    }

    @Test func `asks the issuer as the resource that it is`() async throws {
        await paper.answerIntrospection(good())
        let token = try await client().token(opaque, at: now)
        #expect(token.subject.rawValue == "u1" && token.proof == .introspection && token.keyID == nil)
        #expect(token.scope.contains("write") && token.expiresAt == now + .seconds(300))
        let request = try #require(await paper.requests.last)
        #expect(request.url == "https://as.example/introspect" && request.method == .post)
        // "api:s3%3Acr"
        #expect(request.authorization?.revealedValue == "Basic YXBpOnMzJTNBY3I=")
        #expect(String(decoding: request.form ?? [], as: UTF8.self) == "token=tsa_abc")
    }

    @Test func `takes an API key of nobody's program, without an end`() async throws {
        await paper.answerIntrospection(
            good([("client_id", nil), ("jti", nil), ("iat", nil), ("exp", nil), ("token_type", .string("api_key"))]))
        let token = try await client().token(opaque, at: now)
        #expect(token.clientID == nil && token.tokenID == nil && token.expiresAt == now + .seconds(10))
    }

    @Test(
        arguments: [
            ("active", .bool(false), .inactive), ("aud", nil, .malformed), ("sub", nil, .malformed),
            ("aud", .string("https://b.example/"), .wrongAudience), ("iss", .string("https://b.example"), .wrongIssuer),
            ("cnf", .object(JSONObject([])), .senderConstrained), ("token_type", .string("DPoP"), .senderConstrained),
            ("exp", .string("1900000000"), .malformed), ("client_id", .integer(1), .malformed),
            ("exp", .integer(CraftedIssuer.now.secondsSince1970), .expired),
        ] as [(String, JSONValue?, TokenProblem)])
    func `refuses an answer with one thing wrong`(name: String, value: JSONValue?, expected: TokenProblem) async {
        #expect(await problem([(name, value)]) == .invalidToken(expected))
    }

    @Test func `says that nobody can judge when the issuer gives no answer`() async throws {
        await paper.answerIntrospection(good(), status: 401)
        for prepare in [
            { await paper.answerIntrospection(good(), status: 401) },
            { await paper.answerIntrospection(JSONObject([("active", .string("true"))])) },
            {
                await paper.answer(
                    "https://as.example/introspect",
                    TransportResponse(status: 200, contentType: "text/html", body: good().jsonBytes))
            },
            { await paper.answer("https://as.example/introspect", nil) }, { await paper.goAway() },
        ] {
            await prepare()
            let client = client()
            for _ in 0..<2 {
                let refusal = await #expect(throws: AccessRefusal.self) { try await client.token(opaque, at: now) }
                #expect(refusal?.status == 503)
            }
            #expect(client.rememberedAnswers == 0)
        }
    }

    @Test func `remembers good answers for seconds and others for fewer`() async throws {
        await paper.answerIntrospection(good([("exp", .integer((now + .seconds(25)).secondsSince1970))]))
        let client = client()
        for (seconds, count) in [(0, 1), (9, 1), (10, 2), (19, 2), (20, 3), (24, 3)] {
            _ = try await client.token(opaque, at: now + .seconds(seconds))
            #expect(await paper.count("/introspect") == count, "\(seconds)")
        }
        // Its own end comes before that of the memory.
        await paper.answerIntrospection(JSONObject([("active", .bool(false))]))
        for (seconds, count) in [(25, 4), (26, 4), (27, 5)] {
            await #expect(throws: AccessRefusal.invalidToken(.inactive)) {
                try await client.token(opaque, at: now + .seconds(seconds))
            }
            #expect(await paper.count("/introspect") == count, "\(seconds)")
        }
        // A clock that was set back makes nothing last longer.
        await #expect(throws: AccessRefusal.invalidToken(.inactive)) { try await client.token(opaque, at: now) }
        #expect(await paper.count("/introspect") == 6)
    }

    @Test func `asks again as soon as something was revoked`() async throws {
        await paper.answerIntrospection(good())
        let client = client()
        _ = try await client.token(opaque, at: now, revocations: 7)
        _ = try await client.token(opaque, at: now, revocations: 7)
        #expect(await paper.count("/introspect") == 1)
        await paper.answerIntrospection(JSONObject([("active", .bool(false))]))
        await #expect(throws: AccessRefusal.invalidToken(.inactive)) {
            try await client.token(opaque, at: now, revocations: 8)
        }
    }

    @Test func `lets nobody in on an answer that was asked for before they knew of an end`() async throws {
        await paper.answerIntrospection(good())
        let client = client(IntrospectionPolicy(timeLimit: .seconds(240)))
        let (now, opaque) = (now, opaque)
        _ = try await client.token(Secret("first"), at: now)
        await paper.hold()
        let before = Task { try await client.token(opaque, at: now, revocations: 7) }
        try await eventually { await paper.held == 1 }
        let after = Task { try await client.token(opaque, at: now, revocations: 8) }
        let companion = Task { try await client.token(opaque, at: now, revocations: 8) }
        try await eventually { await paper.held == 2 }
        await paper.letGo()
        for task in [before, after, companion] { #expect(try await task.value.subject.rawValue == "u1") }
        #expect(await paper.count("/introspect") == 3)
    }

    @Test func `tells the issuer where a key comes from, and takes its answer for that address only`() async throws {
        await paper.answerIntrospection(good([("token_type", .string("api_key"))]))
        let (client, now, key) = (client(), now, APIKeyText.make(from: .system).secret)
        _ = try await client.token(key, from: "192.0.2.7", at: now)
        let form = try #require(await paper.requests.last?.form)
        #expect(String(decoding: form, as: UTF8.self) == "token=\(key.revealedValue)&caller_address=192.0.2.7")
        await paper.answerIntrospection(JSONObject([("active", .bool(false))]))
        for address in ["192.0.2.8", "2001:db8::1", nil] {
            await #expect(throws: AccessRefusal.invalidToken(.inactive)) {
                try await client.token(key, from: address, at: now)
            }
        }
        #expect(try await client.token(key, from: "192.0.2.7", at: now).subject.rawValue == "u1")
        #expect(await paper.count("/introspect") == 4)
        // At once from several addresses: each is asked about.
        await paper.hold()
        let later = now + .seconds(60)
        let all = ["192.0.2.7", "192.0.2.8", "192.0.2.8"].map { address in
            Task { try await client.token(key, from: address, at: later) }
        }
        try await eventually { await paper.held == 2 }
        await paper.letGo()
        for task in all { await #expect(throws: AccessRefusal.self) { try await task.value } }
        #expect(await paper.count("/introspect") == 6)
    }

    @Test func `tells the issuer nothing of who brings an opaque token`() async throws {
        await paper.answerIntrospection(good())
        let client = client()
        for address in ["192.0.2.7", "192.0.2.8"] { _ = try await client.token(opaque, from: address, at: now) }
        #expect(await paper.count("/introspect") == 1)
        #expect(String(decoding: try #require(await paper.requests.last?.form), as: UTF8.self) == "token=tsa_abc")
    }

    @Test func `asks once for all who bring the same token, and of others a few at a time`() async throws {
        await paper.answerIntrospection(good())
        let client = client(IntrospectionPolicy(timeLimit: .seconds(30), concurrency: 3))
        let now = now
        _ = try await client.token(Secret("first"), at: now)
        await paper.hold()
        let all = Task {
            await withTaskGroup(of: Bool.self) { group in
                for index in 0..<200 {
                    group.addTask { (try? await client.token(Secret("t\(index % 10)"), at: now)) != nil }
                }
                return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
        }
        try await eventually { await paper.held == 3 }
        await paper.letGo()
        #expect(await all.value == 200)
        #expect(await paper.count("/introspect") <= 11)
        #expect(await paper.most == 3)
    }

    @Test func `refuses at once when too many wait, and lets nobody wait for ever`() async throws {
        await paper.answerIntrospection(good())
        let client = client(IntrospectionPolicy(timeLimit: .seconds(10), concurrency: 1))
        let now = now
        _ = try await client.token(Secret("first"), at: now)
        await paper.hold()
        let statuses = await withTaskGroup(of: Int.self) { group in
            for index in 0..<40 {
                group.addTask {
                    do throws(AccessRefusal) {
                        _ = try await client.token(Secret("t\(index)"), at: now)
                        return 200
                    } catch { return error.status }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(statuses == Array(repeating: 503, count: 40))
        // One was sent; those that waited give up when they were too late.
        #expect(await paper.count("/introspect") == 2)
        await paper.letGo()
        try await eventually { (try? await client.token(Secret("after"), at: now)) != nil }
        #expect(await paper.count("/introspect") >= 3)
    }

    @Test func `does not ask about what cannot be a key`() async throws {
        await paper.answerIntrospection(good())
        let wrong = Secret("tsk_" + String(repeating: "A", count: 49))
        await #expect(throws: AccessRefusal.invalidToken(.malformed)) { try await client().token(wrong, at: now) }
        #expect(await paper.requests.isEmpty)
    }

    @Test func `the guard passes on where a key comes from`() async throws {
        await paper.answerIntrospection(good([("token_type", .string("api_key"))]))
        let guardian = AccessGuard(crafted.validator(), introspection: client())
        let key = APIKeyText.make(from: .system).secret.revealedValue
        _ = try await guardian.admit(authorization: ["Bearer " + key], from: "2001:db8::7", at: now)
        let form = String(decoding: try #require(await paper.requests.last?.form), as: UTF8.self)
        #expect(form.hasSuffix("&caller_address=2001%3Adb8%3A%3A7"))
    }

    @Test func `the guard asks about opaque tokens and never about signed ones`() async throws {
        await paper.answerIntrospection(good())
        let guardian = AccessGuard(crafted.validator(), introspection: client())
        func admit(_ text: Secret) async throws -> AccessToken {
            try await guardian.admit(authorization: ["Bearer " + text.revealedValue], at: now)
        }
        #expect(try await admit(opaque).proof == .introspection)
        #expect(try await admit(crafted.token()).keyID == crafted.key.id)
        let other = try SigningKey.generate(.ES256)
        await #expect(throws: AccessRefusal.invalidToken(.unknownKey)) { try await admit(crafted.token(key: other)) }
        await #expect(throws: AccessRefusal.invalidToken(.malformed)) { try await admit(Secret("a.b.c")) }
        #expect(await paper.count("/introspect") == 1)
        await #expect(throws: AccessRefusal.invalidToken(.malformed)) {
            try await AccessGuard(crafted.validator()).admit(authorization: ["Bearer tsa_abc"], at: now)
        }
        await #expect(throws: AccessRefusal.insufficientScope(Scope(unchecked: ["admin"]))) {
            try await guardian.admit(opaque, rule: AccessRule(scope: Scope(unchecked: ["admin"])), at: now)
        }
    }
}
