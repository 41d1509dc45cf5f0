import Foundation
import JOSE
import OAuth
import Storage
import StorageTesting
import Testing

/// Of a hundred who use one head, one code, one link or one request at once, exactly one gets it, and nobody an error.
@Suite struct PeopleRacePromises {
    private static let callers = 100
    /// `TESSERA_ROUNDS=1000` is the run before a release.
    private static let rounds = ProcessInfo.processInfo.environment["TESSERA_ROUNDS"].flatMap(Int.init) ?? 50

    /// What each of the callers was told, counted.
    private func outcomes<Outcome: Hashable & Sendable>(
        _ attempt: @escaping @Sendable (_ caller: Int) async throws -> Outcome
    ) async throws -> [Outcome: Int] {
        try await withThrowingTaskGroup(of: Outcome.self) { group in
            for caller in 0..<Self.callers { group.addTask { try await attempt(caller) } }
            return try await group.reduce(into: [:]) { $0[$1, default: 0] += 1 }
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `in grace, a hundred uses of one head make one successor, which all are given`(
        kind: StoreUnderTest
    ) async throws {
        try await kind.runWithPerson { store async throws in
            try await store.start(Sample.authorization())
            let policy = RotationPolicy(repeatsPerGeneration: 1000, repeatsPerDay: .max)
            for round in 1...Int64(Self.rounds) {
                let now = Sample.now + .seconds(round % 3)
                let read = try #require(try await store.refreshRecord(GrantID(unchecked: "a1"), at: now))
                let told = try await outcomes { caller in
                    guard caller.isMultiple(of: 2) else {
                        return try await store.rotate(
                            GrantID(unchecked: "a1"), presenting: round, under: policy, at: now, with: .sample)
                    }
                    return try await store.rotate(
                        read, presenting: round, under: policy, at: now, with: .sample)
                }
                try #require(told == [.rotated(head: round + 1): 1, .repeated(head: round + 1): Self.callers - 1])
                try #require(try await store.refreshRecord(GrantID(unchecked: "a1"), at: now)?.family.head == round + 1)
            }
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `in strict, a hundred uses of one head make one successor and end the family`(
        kind: StoreUnderTest
    ) async throws {
        try await kind.runWithPerson { store async throws in
            for round in 0..<Self.rounds {
                let grant = GrantID(unchecked: "a\(round)")
                try await store.start(Sample.authorization(grant.rawValue))
                let told = try await outcomes { _ in
                    try await store.rotate(
                        grant, presenting: 1, under: RotationPolicy(window: 0), at: Sample.now, with: .sample)
                }
                let expected: [Rotation: Int] = [
                    .rotated(head: 2): 1, .reused(Ended(grants: [grant])): 1, .ended: Self.callers - 2,
                ]
                try #require(told == expected)
                let next = try await store.rotate(
                    grant, presenting: 2, under: RotationPolicy(window: 0), at: Sample.now, with: .sample)
                try #require(next == .ended)
            }
            #expect(
                try await store.events(AuditQuery(action: "refresh.reused", limit: 1000)).count
                    == min(1000, Self.rounds))
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `one of a hundred redemptions of one code starts the family`(kind: StoreUnderTest) async throws {
        try await kind.runWithPerson { store async throws in
            for round in 0..<Self.rounds {
                let name = "a\(round)"
                let code = Sample.code(name, of: name)
                _ = try await store.insert(Sample.authorization(name), code: code, spending: nil, with: Effects([]))
                let told = try await outcomes { caller in
                    let family = RefreshFamily(
                        grant: code.grant, sealedKey: [UInt8(caller)], createdAt: Sample.now, idleLifetime: 1000,
                        expiresAt: Sample.now + .seconds(1000))
                    return try await store.redeem(code.hash, starting: family, at: Sample.now)
                }
                try #require(told == [.redeemed: 1, .replayed: Self.callers - 1])
            }
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `one of a hundred takes a waiting request, or its code`(kind: StoreUnderTest) async throws {
        try await kind.runWithPerson { store async throws in
            for round in 0..<Self.rounds {
                let pending = Sample.pending("p\(round)")
                try await store.insert(pending)
                let told = try await outcomes { caller in
                    guard caller.isMultiple(of: 2) else {
                        return try await store.take(pending.hash, at: Sample.now) != nil
                    }
                    let name = "a\(round)-\(caller)"
                    return try await store.insert(
                        Sample.authorization(name), code: Sample.code(name, of: name), spending: pending.hash,
                        with: Effects([]))
                }
                try #require(told == [true: 1, false: Self.callers - 1])
            }
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `one of a hundred sets a password with one link`(kind: StoreUnderTest) async throws {
        try await kind.runWithPerson { store async throws in
            for round in 0..<Self.rounds {
                let link = Sample.link("l\(round)")
                _ = try await store.insert(link, perHour: .max, with: Effects([]))
                let told = try await outcomes { caller in
                    let change = try await store.setPassword(
                        Sample.password("$\(caller)"), spending: link.hash, for: .resetPassword, at: Sample.now,
                        with: Effects([]))
                    return change != .missing
                }
                try #require(told == [true: 1, false: Self.callers - 1])
            }
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `no rotation is answered after the end of what it rotates`(kind: StoreUnderTest) async throws {
        try await kind.runWithPerson { store async throws in
            for round in 0..<Self.rounds {
                let grant = GrantID(unchecked: "a\(round)")
                try await store.start(Sample.authorization(grant.rawValue))
                // Every second caller ends it; whoever asks after that end was answered is refused.
                let told = try await outcomes { caller -> Bool in
                    if caller.isMultiple(of: 2) {
                        _ = try await store.end(.grant(grant), because: .signedOut, at: Sample.now, with: Effects([]))
                        let late = try await store.rotate(
                            grant, presenting: 1, under: RotationPolicy(), at: Sample.now, with: .sample)
                        return late == .ended
                    }
                    let rotation = try await store.rotate(
                        grant, presenting: 1, under: RotationPolicy(repeatsPerGeneration: .max), at: Sample.now,
                        with: .sample)
                    return [.ended, .rotated(head: 2), .repeated(head: 2)].contains(rotation)
                }
                try #require(told == [true: Self.callers])
            }
        }
    }

    /// Says yes to what one of many pages asks for.
    private func answer(
        _ identity: [String] = [], at resource: ResourceIndicator? = nil, for name: String, in store: any Store
    ) async throws -> Bool {
        let pending = Sample.pending(name)
        try await store.insert(pending)
        let scopes = resource.map { [$0: Scope(unchecked: ["read"])] } ?? [:]
        let decision = ConsentDecision(
            subject: Sample.user().id, isGiven: true, identityScope: Scope(unchecked: identity),
            resourceScopes: scopes)
        let question = ConsentQuestion(
            client: pending.client, identityScope: Scope(unchecked: identity), resourceScopes: scopes)
        return try await store.note(
            decision, for: pending.hash, remembering: question, at: Sample.now, with: Effects([]))
    }

    private static func resource(_ caller: Int) -> ResourceIndicator {
        ResourceIndicator(unchecked: "https://r\(caller).example")
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `of a hundred answers on consent pages none is lost`(kind: StoreUnderTest) async throws {
        try await kind.runWithPerson { store async throws in
            for round in 0..<min(Self.rounds, 10) {
                _ = try await store.end(
                    .application(Sample.user().id, Sample.application().id), because: .applicationEnded,
                    at: Sample.now, with: Effects([]))
                let told = try await outcomes { caller in
                    try await answer(at: Self.resource(caller), for: "p\(round)-\(caller)", in: store)
                }
                try #require(told == [true: Self.callers])
                let consent = try await store.consent(of: Sample.user().id, to: Sample.application().id)
                let all = Set((0..<Self.callers).map(Self.resource))
                try #require(consent.map { Set($0.resourceScopes.keys) } == all)
            }
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `no answer on a consent page brings back what was agreed to before the application was ended`(
        kind: StoreUnderTest
    ) async throws {
        try await kind.runWithPerson { store async throws in
            for round in 0..<min(Self.rounds, 50) {
                try await store.give(Sample.consent(), with: Effects([]))
                let told = try await outcomes { caller -> Bool in
                    guard caller != 50 else {
                        _ = try await store.end(
                            .application(Sample.user().id, Sample.application().id), because: .applicationEnded,
                            at: Sample.now, with: Effects([]))
                        return true
                    }
                    return try await answer(["email"], for: "p\(round)-\(caller)", in: store)
                }
                try #require(told == [true: Self.callers])
                let left = try await store.consent(of: Sample.user().id, to: Sample.application().id)
                try #require(left == nil || left?.identityScope == Scope(unchecked: ["email"]))
                try #require(left == nil || left?.resourceScopes == [:])
            }
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `whoever signs in while everything ends is signed in before the end or not at all`(
        kind: StoreUnderTest
    ) async throws {
        try await kind.runWithPerson { store async throws in
            for round in 0..<min(Self.rounds, 50) {
                var user = try #require(try await store.user(Sample.user().id))
                user.isEnabled = true
                _ = try await store.update(user, ending: nil, at: Sample.now, with: Effects([]))
                user = try #require(try await store.user(user.id))
                user.isEnabled = false
                let disabled = user
                _ = try await outcomes { caller -> Bool in
                    guard caller != 50 else {
                        let target = EndTarget.subject(disabled.id, keeping: nil)
                        _ = try await store.update(disabled, ending: target, at: Sample.now, with: Effects([]))
                        return true
                    }
                    let session = Sample.session("s-\(round)-\(caller)")
                    return try await store.insert(session, replacing: nil, knowing: nil, with: Effects([])) != nil
                }
                try #require(try await store.sessions(of: user.id, at: Sample.now).isEmpty)
            }
        }
    }
}
