import JOSE
import OAuth
import ResourceServer
import TestSupport
import Testing

/// API keys of which the issuer counts each use by the question about it.
@Suite(.timeLimit(.minutes(5))) struct `An API key with a quota` {
    private let crafted: CraftedIssuer
    private let paper: IssuerOnPaper
    private let now = CraftedIssuer.now
    private let key = APIKeyText.make(from: .system).secret
    private let inactive = JSONObject([("active", .bool(false))])

    init() throws {
        crafted = try CraftedIssuer()
        paper = IssuerOnPaper(crafted)
    }

    private func client(concurrency: Int = 32, tokens: Int = 10_000) -> IntrospectionClient {
        IntrospectionClient(
            IssuerDiscovery(issuer: crafted.issuer, transport: paper),
            as: IntrospectionClient.Registration(
                resource: CraftedIssuer.resource, id: ClientID(unchecked: "api"),
                authentication: .secretBasic(Secret("s"))),
            policy: IntrospectionPolicy(timeLimit: .seconds(30), concurrency: concurrency, tokens: tokens))
    }

    private static func good(_ changes: [(String, JSONValue?)] = []) -> JSONObject {
        CraftedIssuer.claims([("active", .bool(true)), ("token_type", .string("api_key"))] + changes)
    }

    private static var metered: JSONObject { good([("tessera_metered", .bool(true))]) }

    private func lastForm() async throws -> String {
        String(decoding: try #require(await paper.requests.last?.form), as: UTF8.self)
    }

    @Test func `is asked about for each request, and its answers are not remembered`() async throws {
        await paper.answerIntrospection(Self.metered)
        let client = client()
        for count in 1...3 {
            #expect(try await client.token(key, at: now).subject.rawValue == "u1")
            #expect(await paper.count("/introspect") == count)
        }
        #expect(client.rememberedAnswers == 0)
        // Refused is refused: that is remembered like any other refusal.
        await paper.answerIntrospection(inactive)
        for _ in 0..<3 {
            await #expect(throws: AccessRefusal.invalidToken(.inactive)) { try await client.token(key, at: now) }
        }
        #expect(await paper.count("/introspect") == 4)
        // One that is no longer counted is remembered again.
        await paper.answerIntrospection(Self.good([("tessera_metered", .bool(false))]))
        for _ in 0..<3 { _ = try await client.token(key, at: now + .seconds(2)) }
        #expect(await paper.count("/introspect") == 5)
    }

    @Test(arguments: [10_000, 0])
    func `is asked about by everybody who brings it at once, a few at a time`(tokens: Int) async throws {
        await paper.answerIntrospection(Self.metered)
        let client = client(concurrency: 3, tokens: tokens)
        let (now, key) = (now, key)
        // Finds the issuer's addresses.
        _ = try await client.token(Secret("first"), at: now)
        for round in 1...2 {
            await paper.hold()
            let all = Task {
                await withTaskGroup(of: Bool.self) { group in
                    for _ in 0..<20 {
                        group.addTask { (try? await client.token(key, at: now)) != nil }
                    }
                    return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
                }
            }
            // Who knows that it is counted waits for nobody.
            try await eventually { await paper.held == (round == 2 && tokens > 0 ? 3 : 1) }
            await paper.letGo()
            #expect(await all.value == 20)
            #expect(await paper.count("/introspect") == 1 + round * 20)
        }
        #expect(await paper.most <= 3)
    }

    @Test func `lets in only as many of those who come at once as the issuer says`() async throws {
        let issuer = CountingIssuer(uses: 3)
        let client = IntrospectionClient(
            IssuerDiscovery(issuer: crafted.issuer, transport: issuer),
            as: IntrospectionClient.Registration(
                resource: CraftedIssuer.resource, id: ClientID(unchecked: "api"),
                authentication: .secretBasic(Secret("s"))), policy: IntrospectionPolicy(timeLimit: .seconds(30)))
        let (now, key) = (now, key)
        let admitted = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<100 { group.addTask { (try? await client.token(key, at: now)) != nil } }
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(admitted == 3)
    }

    @Test func `is not used up by what only goes on, of which the answer is remembered apart`() async throws {
        await paper.answerIntrospection(Self.metered)
        let client = client()
        for _ in 0..<3 { _ = try await client.token(key, from: "192.0.2.7", for: .standing, at: now) }
        #expect(await paper.count("/introspect") == 1)
        #expect(try await lastForm() == "token=\(key.revealedValue)&caller_address=192.0.2.7&standing=true")
        _ = try await client.token(key, from: "192.0.2.7", at: now)
        #expect(await paper.count("/introspect") == 2)
        #expect(try await lastForm() == "token=\(key.revealedValue)&caller_address=192.0.2.7")
        // A quota that is used up refuses requests, and ends nothing.
        await paper.answerIntrospection(inactive)
        await #expect(throws: AccessRefusal.invalidToken(.inactive)) {
            try await client.token(key, from: "192.0.2.7", at: now)
        }
        _ = try await client.token(key, from: "192.0.2.7", for: .standing, at: now + .seconds(9))
        #expect(await paper.count("/introspect") == 3)
        // What the issuer no longer says does.
        await #expect(throws: AccessRefusal.invalidToken(.inactive)) {
            try await client.token(key, from: "192.0.2.7", for: .standing, at: now + .seconds(10))
        }
    }

    @Test func `alone knows requests from what goes on`() async throws {
        await paper.answerIntrospection(CraftedIssuer.claims([("active", .bool(true))]))
        let client = client()
        _ = try await client.token(Secret("tsa_abc"), at: now)
        _ = try await client.token(Secret("tsa_abc"), for: .standing, at: now)
        #expect(await paper.count("/introspect") == 1)
        #expect(try await lastForm() == "token=tsa_abc")
    }

    @Test func `the guard passes on what a key is judged for`() async throws {
        await paper.answerIntrospection(Self.metered)
        let guardian = AccessGuard(crafted.validator(), introspection: client())
        _ = try await guardian.admit(authorization: ["Bearer " + key.revealedValue], for: .standing, at: now)
        #expect(try await lastForm().hasSuffix("&standing=true"))
        _ = try await guardian.admit(key, at: now)
        #expect(try await !lastForm().contains("standing"))
    }
}

/// An issuer that says of a key that it is good as often as its quota has it, and counts.
private actor CountingIssuer: HTTPTransport {
    private var uses: Int

    init(uses: Int) { self.uses = uses }

    func send(_ request: TransportRequest) async throws -> TransportResponse {
        guard request.form != nil else {
            return TransportResponse(
                status: 200, contentType: "application/json", body: IssuerOnPaper.metadata().jsonBytes)
        }
        let isLeft = uses > 0
        uses -= 1
        let claims = CraftedIssuer.claims([
            ("active", .bool(true)), ("token_type", .string("api_key")), ("tessera_metered", .bool(true)),
        ])
        let answer = isLeft ? claims : JSONObject([("active", .bool(false))])
        // Others come meanwhile.
        await Task.yield()
        return TransportResponse(status: 200, contentType: "application/json", body: answer.jsonBytes)
    }
}
