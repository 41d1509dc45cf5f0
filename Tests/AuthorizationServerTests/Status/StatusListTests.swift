import AuthorizationServer
import JOSE
import OAuth
import Storage
import StorageTesting
import TestSupport
import Testing

@Suite struct `Status lists` {
    static let soon = Issuance.start + .seconds(1)

    static func policy(
        _ resources: StatusListPolicy.Coverage = .every, _ change: (inout StatusListPolicy) -> Void = { _ in }
    ) -> ServerPolicy {
        var policy = ServerPolicy()
        policy.statusLists.resources = resources
        policy.statusLists.size = 1 << 13
        change(&policy.statusLists)
        return policy
    }

    private func status(_ token: Secret, of issuance: Issuance, at now: NumericDate = soon) async throws -> UInt8 {
        try await StatusVerifier(provider: issuance.provider).status(token, at: now)
    }

    @Test func `are named by no token unless an operator asks for them`() async throws {
        let other = ResourceIndicator(unchecked: "https://other.example")
        for coverage in [StatusListPolicy.Coverage.none, .some([other])] {
            let issuance = try await Issuance(policy: Self.policy(coverage))
            let token = try await issuance.token().accessToken
            #expect(throws: StatusVerifier.Fault.noStatus) { try StatusVerifier.reference(token) }
            #expect(try await issuance.store.statusLists().isEmpty)
        }
    }

    @Test(.requirement("draft-status-list-6.2-1", "draft-status-list-6.2-2", "draft-status-list-6.2-3"))
    func `give one index to a grant, which all of its tokens share`() async throws {
        let issuance = try await Issuance(policy: Self.policy(.some([Issuance.jwtAPI])))
        let first = try StatusVerifier.reference(try await issuance.token().accessToken)
        #expect(first.uri.hasPrefix("https://id.example/status-lists/") && (0..<8192).contains(first.index))
        for _ in 0..<5 {
            let token = try await issuance.token(scope: "read").accessToken
            #expect(try StatusVerifier.reference(token) == first)
            #expect(try await issuance.isActive(token))
        }
        let list = try #require(try await issuance.store.statusLists().first)
        #expect(try await issuance.store.statusEntries(of: list.id, after: nil, limit: 9).count == 1)
        // An opaque token is asked about where it was made.
        let opaque = try await issuance.token(resource: Issuance.opaqueAPI).accessToken
        #expect(try await issuance.introspect(opaque, by: "payments")["status"] == nil)
    }

    @Test(
        .requirement("draft-status-list-7-1", "draft-status-list-4.1-2"),
        arguments: [
            EpochKey.subject(Subject(unchecked: "svc")), .client(ClientID(unchecked: "svc")),
            .grant(GrantID(unchecked: "g-orders.example")), .resource(Issuance.jwtAPI),
        ])
    func `say that all so far is revoked, and the grant that goes on gets another index`(epoch: EpochKey) async throws {
        let issuance = try await Issuance(policy: Self.policy())
        let before = try await issuance.token().accessToken
        #expect(try await status(before, of: issuance) == 0)
        let advanced = try await issuance.store.advance(
            [epoch], recording: AuditEvent(at: Self.soon, action: "t", actor: "t"))
        issuance.provider.revocations.apply(advanced, at: Self.soon)
        let after = try await issuance.token(at: Self.soon).accessToken
        #expect(try StatusVerifier.reference(before).index != StatusVerifier.reference(after).index)
        let later = Self.soon + .seconds(1)
        #expect(try await status(before, of: issuance, at: later) == 1)
        #expect(try await status(after, of: issuance, at: later) == 0)
    }

    @Test func `say nothing of a single token`() async throws {
        let issuance = try await Issuance(policy: Self.policy())
        let token = try await issuance.token().accessToken
        try await issuance.revoke(token)
        #expect(try await !issuance.isActive(token))
        #expect(try await status(token, of: issuance) == 0)
    }

    @Test func `follow a person's authorization through its refreshes to its end`() async throws {
        let journey = try await Journey(policy: Self.policy())
        let verifier = StatusVerifier(provider: journey.provider)
        let parameters = try Journey.parameters(["scope": "read offline_access"], resources: [Journey.api.rawValue])
        let browser = try await journey.signedIn()
        let bought = try await journey.redeem(try await journey.code(parameters, in: browser), resource: Journey.api)
        let refreshed = try await journey.refresh(
            try #require(bought.refreshToken), resource: Journey.api, at: Self.soon)
        let other = try await journey.redeem(try await journey.code(parameters, in: browser), resource: Journey.api)
        let reference = try StatusVerifier.reference(bought.accessToken)
        #expect(try StatusVerifier.reference(refreshed.accessToken) == reference)
        #expect(try StatusVerifier.reference(other.accessToken) != reference)
        #expect(try await verifier.status(bought.accessToken, at: Self.soon) == 0)
        let form = try Issuance.form("token=\(try #require(refreshed.refreshToken).revealedValue)")
        _ = try await journey.provider.revoke(
            PresentedToken(form), from: Issuance.basic("web"), caller: Issuance.caller, at: Self.soon)
        let later = Self.soon + .seconds(1)
        #expect(try await verifier.status(bought.accessToken, at: later) == 1)
        #expect(try await verifier.status(refreshed.accessToken, at: later) == 1)
        #expect(try await verifier.status(other.accessToken, at: later) == 0)
    }

    @Test func `outlive a restart, which gives no index again`() async throws {
        let issuance = try await Issuance(policy: Self.policy())
        let ended = try await issuance.token().accessToken
        let advanced = try await issuance.store.advance(
            [.client(ClientID(unchecked: "svc"))], recording: AuditEvent(at: Issuance.start, action: "t", actor: "t"))
        issuance.provider.revocations.apply(advanced, at: Issuance.start)
        let living = try await issuance.token().accessToken
        // The lists of before are told on even where no new token names one.
        for coverage in [StatusListPolicy.Coverage.every, .none] {
            let again = try await Issuance(policy: Self.policy(coverage), store: issuance.store, registers: false)
            #expect(try await status(ended, of: again) == 1)
            #expect(try await status(living, of: again) == 0)
        }
        let again = try await Issuance(policy: Self.policy(), store: issuance.store, registers: false)
        #expect(
            try StatusVerifier.reference(try await again.token().accessToken) == StatusVerifier.reference(living))
        again.provider.revocations.apply([.client(ClientID(unchecked: "svc")): 2], at: Issuance.start)
        let next = try StatusVerifier.reference(try await again.token().accessToken)
        let given = try [ended, living].map { try StatusVerifier.reference($0) }
        #expect(!given.contains(next) && next.uri == given[0].uri)
    }

    @Test func `never give an index twice, however many ask at once and wherever a list ends`() async throws {
        let issuance = try await Issuance(
            policy: Self.policy {
                $0.size = 100
                $0.block = 7
            })
        let event = AuditEvent(at: Issuance.start, action: "test", actor: "test")
        for number in 0..<50 {
            let client = RegisteredClient(
                id: ClientID(unchecked: "c\(number)"), name: "c",
                credentials: RegisteredCredentials(
                    method: .clientSecretBasic, secrets: [Issuance.stored(Issuance.secret)]),
                createdAt: Issuance.start)
            _ = try await issuance.store.insert(client, recording: event)
            let grant = Grant(
                id: GrantID(unchecked: "g\(number)"), client: client.id, subject: Subject(unchecked: "c\(number)"),
                resource: Issuance.jwtAPI, scope: Scope(unchecked: ["read"]), createdAt: Issuance.start)
            _ = try await issuance.store.permit(grant, advancing: [], recording: event)
        }
        var references: Set<StatusReference> = []
        for round: Int64 in 1...5 {
            let tokens = try await withThrowingTaskGroup(of: StatusReference.self) { group in
                for number in 0..<50 {
                    group.addTask {
                        let token = try await issuance.token(credentials: try Issuance.basic("c\(number)"))
                        return try StatusVerifier.reference(token.accessToken)
                    }
                }
                return try await group.reduce(into: [StatusReference]()) { $0.append($1) }
            }
            for reference in tokens { #expect(references.insert(reference).inserted) }
            issuance.provider.revocations.apply([.resource(Issuance.jwtAPI): round], at: Issuance.start)
        }
        #expect(references.count == 250 && Set(references.map(\.uri)).count == 3)
    }

    /// Whatever ends, in whatever order: the bits say what the server says.
    @Test func `agree with the server over a random history`() async throws {
        let issuance = try await Issuance(policy: Self.policy())
        let event = AuditEvent(at: Issuance.start, action: "test", actor: "test")
        let resources = [Issuance.jwtAPI, ResourceIndicator(unchecked: "https://third.example")]
        _ = try await issuance.store.insert(
            Issuance.resource("third", resources[1], format: .jwt), recording: event)
        for number in 0..<6 {
            let id = ClientID(unchecked: "c\(number)")
            _ = try await issuance.store.insert(
                RegisteredClient(
                    id: id, name: "c",
                    credentials: RegisteredCredentials(
                        method: .clientSecretBasic, secrets: [Issuance.stored(Issuance.secret)]),
                    createdAt: Issuance.start), recording: event)
            for (place, resource) in resources.enumerated() {
                _ = try await issuance.store.permit(
                    Grant(
                        id: GrantID(unchecked: "g\(number)-\(place)"), client: id,
                        subject: Subject(unchecked: "u\(number / 2)"), resource: resource,
                        scope: Scope(unchecked: ["read"]), createdAt: Issuance.start), advancing: [], recording: event)
            }
        }
        var state: UInt64 = 11
        func number(below limit: UInt64) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(truncatingIfNeeded: (state >> 33) % limit)
        }
        var (tokens, counters): ([Secret], [EpochKey: Int64]) = ([], [:])
        for _ in 0..<400 {
            guard number(below: 4) == 0 else {
                let credentials = try Issuance.basic("c\(number(below: 6))")
                let resource = resources[number(below: 2)]
                tokens.append(try await issuance.token(resource: resource, credentials: credentials).accessToken)
                continue
            }
            let keys: [EpochKey] = [
                .subject(Subject(unchecked: "u\(number(below: 3))")),
                .client(ClientID(unchecked: "c\(number(below: 6))")),
                .grant(GrantID(unchecked: "g\(number(below: 6))-\(number(below: 2))")),
                .resource(resources[number(below: 2)]),
            ]
            let key = keys[[0, 1, 1, 2, 2, 2, 2, 3][number(below: 8)]]
            counters[key, default: 0] += 1
            issuance.provider.revocations.apply([key: counters[key, default: 0]], at: Issuance.start)
        }
        let verifier = StatusVerifier(provider: issuance.provider)
        var verdicts: [Bool: Int] = [:]
        for token in tokens {
            let claims = try issuance.provider.reader.genuine(token)
            let isLive = issuance.provider.revocations.fault(in: claims) == nil
            #expect((try await verifier.status(token, at: Self.soon) == 0) == isLive)
            verdicts[isLive, default: 0] += 1
        }
        #expect((verdicts[true] ?? 0) > 10 && (verdicts[false] ?? 0) > 100)
    }

    @Test func `are forgotten a day after their last index, and are never more than may be`() async throws {
        let issuance = try await Issuance(
            policy: Self.policy {
                $0.size = 8
                $0.block = 8
                $0.lists = 2
            })
        var tokens: [Secret] = []
        for value: Int64 in 1...16 {
            tokens.append(try await issuance.token().accessToken)
            issuance.provider.revocations.apply([.resource(Issuance.jwtAPI): value], at: Issuance.start)
        }
        await #expect(throws: StoreError.busy) { try await issuance.token() }
        #expect(issuance.provider.statusLists.counts == (2, 16))
        let end = Issuance.start + .seconds(Retention.statusLists)
        #expect(try await status(tokens[0], of: issuance, at: end - .seconds(1)) == 1)
        _ = await issuance.provider.upkeep(at: end)
        await #expect(throws: StatusVerifier.Fault.noList) { _ = try await status(tokens[0], of: issuance, at: end) }
        #expect(try await status(tokens[15], of: issuance, at: end) == 1)
        #expect(try await status(try await issuance.token(at: end).accessToken, of: issuance, at: end) == 0)
    }
}
