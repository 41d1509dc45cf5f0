import JOSE
import OAuth
import Storage
import StorageTesting
import Testing

/// What ``RefreshTokenStore`` promises: above all, that a family has one live head and nothing ended comes back.
@Suite struct RefreshPromises {
    private let grant = Sample.authorization().id
    private let grace = RotationPolicy()
    private let strict = RotationPolicy(window: 0)

    private func runWithFamily(_ kind: StoreUnderTest, _ body: (any Store) async throws -> Void) async throws {
        try await kind.runWithPerson { store async throws in
            try await store.start(Sample.authorization())
            try await body(store)
        }
    }

    private func present(
        _ generation: Int64, after seconds: Int64 = 0, under policy: RotationPolicy? = nil, in store: any Store
    ) async throws -> Rotation {
        // As a server asks: with the family as it was read.
        let now = Sample.now + .seconds(seconds)
        guard let record = try await store.refreshRecord(grant, at: now) else {
            return try await store.rotate(
                grant, presenting: generation, under: policy ?? grace, at: now, with: .sample)
        }
        return try await store.rotate(
            record, presenting: generation, under: policy ?? grace, at: now, with: .sample)
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `judges a family that was read before as it is now`(kind: StoreUnderTest) async throws {
        try await runWithFamily(kind) { store async throws in
            let read = try #require(try await store.refreshRecord(grant, at: Sample.now))
            func present(_ generation: Int64, after seconds: Int64 = 0) async throws -> Rotation {
                try await store.rotate(
                    read, presenting: generation, under: grace, at: Sample.now + .seconds(seconds), with: .sample)
            }
            #expect(try await present(1) == .rotated(head: 2))
            #expect(try await present(1) == .repeated(head: 2))
            let repeated = try #require(try await store.refreshRecord(grant, at: Sample.now)?.family)
            #expect(repeated.repeats == 1 && repeated.repeatsOnDay == 1)
            #expect(try await present(2) == .rotated(head: 3))
            #expect(try await present(1) == .late)
            // A rotation with what was read before the repeat forgets none of the day.
            let rotated = try #require(try await store.refreshRecord(grant, at: Sample.now)?.family)
            #expect(rotated.repeats == 0 && rotated.repeatsOnDay == 1 && rotated.spent.count == 2)
            #expect(try await present(1, after: 10) == .reused(Ended(grants: [grant])))
            #expect(try await present(3, after: 10) == .ended)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `counts repeats that came after a family was read`(kind: StoreUnderTest) async throws {
        try await runWithFamily(kind) { store async throws in
            #expect(try await present(1, in: store) == .rotated(head: 2))
            let read = try #require(try await store.refreshRecord(grant, at: Sample.now))
            #expect(try await present(1, in: store) == .repeated(head: 2))
            let rotation = try await store.rotate(
                read, presenting: 2, under: grace, at: Sample.now, with: .sample)
            #expect(rotation == .rotated(head: 3))
            let rotated = try #require(try await store.refreshRecord(grant, at: Sample.now)?.family)
            #expect(rotated.repeats == 0 && rotated.repeatsOnDay == 1)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `keeps every member of a family`(kind: StoreUnderTest) async throws {
        try await kind.runWithPerson { store async throws in
            let family = RefreshFamily(
                grant: grant, sealedKey: [0, 1, 255], head: 7,
                spent: [
                    SpentGeneration(generation: 5, at: Sample.now), SpentGeneration(generation: 6, at: Sample.now),
                ],
                repeats: 3, repeatDay: 20_000, repeatsOnDay: 9, createdAt: Sample.now - .seconds(5),
                lastUsedAt: Sample.now - .seconds(1), idleLifetime: 77, expiresAt: Sample.now + .seconds(99))
            _ = try await store.insert(Sample.authorization(), code: Sample.code(), spending: nil, with: Effects([]))
            #expect(try await store.redeem(Sample.code().hash, starting: family, at: Sample.now) == .redeemed)
            let record = RefreshRecord(
                family: family, authorization: Sample.authorization(), isEnded: false, userMayAct: true,
                sessionStands: true, sessionSeenAt: Sample.session().lastSeenAt)
            #expect(try await store.refreshRecord(grant, at: Sample.now) == record)
            #expect(try await store.refreshRecord(GrantID(unchecked: "none"), at: Sample.now) == nil)
            // With what the person agrees to now, and not with what anybody agreed to elsewhere.
            try await store.give(Sample.consent(to: "another"), with: Effects([]))
            #expect(try await store.refreshRecord(grant, at: Sample.now)?.consent == nil)
            let consent = Sample.consent(to: Sample.authorization().client.rawValue)
            try await store.give(consent, with: Effects([]))
            #expect(try await store.refreshRecord(grant, at: Sample.now)?.consent == consent)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `tells each outcome, and writes effects for repeats and theft only`(kind: StoreUnderTest) async throws {
        try await runWithFamily(kind) { store async throws in
            #expect(try await present(1, in: store) == .rotated(head: 2))
            #expect(try await store.events(AuditQuery(action: "refresh.repeated")).isEmpty)
            #expect(try await present(1, after: 9, in: store) == .repeated(head: 2))
            #expect(try await store.count("refresh.repeated") == 1)
            #expect(try await present(2, after: 9, in: store) == .rotated(head: 3))
            #expect(try await present(1, after: 9, in: store) == .late)
            let before = try await store.refreshRecord(grant, at: Sample.now)
            #expect(before?.family.head == 3 && before?.family.lastUsedAt == Sample.now + .seconds(9))
            #expect(try await present(1, after: 10, in: store) == .reused(Ended(grants: [grant])))
            #expect(try await store.endReason(of: grant) == .refreshTokenReused)
            for generation: Int64 in 1...3 { #expect(try await present(generation, after: 10, in: store) == .ended) }
            #expect(try await store.count("refresh.reused") == 1)
            #expect(try await store.count("refresh.repeated") == 1)
            #expect(
                try await store.rotate(
                    GrantID(unchecked: "none"), presenting: 1, under: grace, at: Sample.now, with: .sample) == .missing)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `a generation that it never made ends the family, for its memory is from before`(
        kind: StoreUnderTest
    ) async throws {
        try await runWithFamily(kind) { store async throws in
            #expect(try await present(1, in: store) == .rotated(head: 2))
            #expect(try await present(4, after: 9, in: store) == .ahead(Ended(grants: [grant])))
            #expect(try await store.endReason(of: grant) == .storeRestored)
            for generation: Int64 in 1...4 { #expect(try await present(generation, after: 9, in: store) == .ended) }
            #expect(try await store.count("refresh.ahead") == 1)
            #expect(try await store.count("refresh.reused") == 0)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `repeats of one generation are bounded`(kind: StoreUnderTest) async throws {
        try await runWithFamily(kind) { store async throws in
            let policy = RotationPolicy(repeatsPerGeneration: 2)
            #expect(try await present(1, under: policy, in: store) == .rotated(head: 2))
            for _ in 0..<2 { #expect(try await present(1, under: policy, in: store) == .repeated(head: 2)) }
            #expect(try await present(1, under: policy, in: store) == .repeatedTooOften)
            #expect(try await present(2, under: policy, in: store) == .rotated(head: 3))
            #expect(try await store.count("refresh.repeated") == 2)
        }
    }

    /// What may happen to a person while their application sleeps.
    enum Slip: CaseIterable {
        case userDisabled, lockdown, userDeleted, sessionEnded, sessionExpired, authorizationExpired
    }

    @Test(arguments: StoreUnderTest.allCases, Slip.allCases)
    func `re-checks user, session and authorization with each use`(kind: StoreUnderTest, slip: Slip) async throws {
        try await kind.runWithPerson { store async throws in
            _ = try await store.insert(
                Sample.session("brief", lasting: 50), replacing: nil, knowing: nil, with: Effects([]))
            let isBrief = slip == .sessionExpired
            let sample = Sample.authorization(in: isBrief ? "brief" : "s1")
            let authorization = Authorization(
                id: sample.id, client: sample.client, subject: sample.subject, session: sample.session,
                identityScope: sample.identityScope, resourceScopes: sample.resourceScopes, isOffline: false,
                authenticatedAt: Sample.now, methods: ["pwd"], acr: nil, nonce: nil, claimsRequest: nil,
                createdAt: Sample.now, expiresAt: Sample.now + .seconds(slip == .authorizationExpired ? 70 : 5000))
            try await store.start(authorization)
            var user = Sample.user()
            var now = Sample.now
            switch slip {
            case .userDisabled, .lockdown:
                if slip == .lockdown { user.lockedDownAt = now } else { user.isEnabled = false }
                _ = try await store.update(user, ending: nil, at: now, with: Effects([]))
            case .userDeleted: _ = try await store.deleteUser(user.id, at: now, with: Effects([]))
            case .sessionEnded:
                _ = try await store.end(.session(Sample.session().id), because: .signedOut, at: now, with: Effects([]))
            case .sessionExpired: now = now + .seconds(50)
            case .authorizationExpired: now = authorization.expiresAt
            }
            let record = try #require(try await store.refreshRecord(grant, at: now))
            let saysSo: [Slip: Bool] = [
                .userDisabled: !record.userMayAct, .lockdown: !record.userMayAct, .userDeleted: record.isEnded,
                .sessionEnded: record.isEnded, .sessionExpired: !record.sessionStands && !record.isEnded,
                .authorizationExpired: record.isEnded,
            ]
            #expect(saysSo[slip] == true)
            for rotation in [
                try await store.rotate(grant, presenting: 1, under: grace, at: now, with: .sample),
                try await store.rotate(record, presenting: 1, under: grace, at: now, with: .sample),
            ] { #expect(rotation == .ended) }
            #expect(try await store.refreshRecord(grant, at: now)?.family.head == 1)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `says when the session was used last, of what does not outlive it`(kind: StoreUnderTest) async throws {
        try await runWithFamily(kind) { store async throws in
            let offline = Sample.authorization("a2", isOffline: true)
            try await store.start(offline)
            let session = Sample.session()
            func seen(by id: GrantID, at now: NumericDate = Sample.now) async throws -> NumericDate? {
                try await store.refreshRecord(id, at: now)?.sessionSeenAt
            }
            #expect(try await seen(by: grant) == session.lastSeenAt)
            let later = Sample.now + .seconds(60)
            try await store.touch(session.id, at: later)
            #expect(try await seen(by: grant, at: later) == later)
            #expect(try await seen(by: offline.id, at: later) == nil)
            #expect(try await seen(by: grant, at: session.expiresAt) == nil)
            _ = try await store.end(.session(session.id), because: .signedOut, at: later, with: Effects([]))
            #expect(try await seen(by: grant, at: later) == nil)
        }
    }

    /// What tokens can have been struck from that is not so any more when the family is to move.
    enum Shift: CaseIterable { case consentGiven, consentNarrowed, consentGone, sessionRenamed }

    @Test(arguments: StoreUnderTest.allCases, Shift.allCases)
    func `nothing is spent for tokens that were struck from what is not so any more`(
        kind: StoreUnderTest, shift: Shift
    ) async throws {
        try await kind.runWithPerson { store async throws in
            let authorization = Sample.authorization()
            try await store.start(authorization)
            let agreed = Sample.consent(to: authorization.client.rawValue)
            if shift != .consentGiven { try await store.give(agreed, with: Effects([])) }
            let read = try #require(try await store.refreshRecord(grant, at: Sample.now))
            #expect(
                try await store.rotate(read, presenting: 1, under: grace, at: Sample.now, with: .sample)
                    == .rotated(head: 2))
            // As a server remembers it: with its family moved on, and all else as it was.
            let family = try #require(try await store.refreshRecord(grant, at: Sample.now)?.family)
            let remembered = read.moved(to: family)
            switch shift {
            case .consentGiven: try await store.give(agreed, with: Effects([]))
            case .consentNarrowed:
                var less = agreed
                less.identityScope = .empty
                try await store.give(less, with: Effects([]))
            case .consentGone:
                let other = try await store.consent(of: authorization.subject, to: authorization.client)
                #expect(other == agreed)
                _ = try await store.end(
                    .application(authorization.subject, authorization.client), because: .applicationEnded,
                    at: Sample.now, with: Effects([]))
            case .sessionRenamed:
                _ = try await store.insert(
                    Sample.session("s2"), replacing: authorization.session, knowing: nil, with: Effects([]))
            }
            let ends = shift == .consentGone
            for generation in [Int64(2), 1] {
                let rotation = try await store.rotate(
                    remembered, presenting: generation, under: grace, at: Sample.now, with: .sample)
                #expect(rotation == (ends ? .ended : .changed))
            }
            let now = try #require(try await store.refreshRecord(grant, at: Sample.now))
            #expect(now.family == family)
            #expect(now.ground != read.ground || ends)
            guard !ends else { return }
            #expect(
                try await store.rotate(now, presenting: 2, under: grace, at: Sample.now, with: .sample)
                    == .rotated(head: 3))
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `offline access goes on without its session, but not without its person`(kind: StoreUnderTest) async throws {
        try await kind.runWithPerson { store async throws in
            try await store.start(Sample.authorization(isOffline: true))
            _ = try await store.end(
                .session(Sample.session().id), because: .signedOut, at: Sample.now, with: Effects([]))
            #expect(try await present(1, in: store) == .rotated(head: 2))
            var user = Sample.user()
            user.isEnabled = false
            _ = try await store.update(user, ending: nil, at: Sample.now, with: Effects([]))
            #expect(try await present(2, in: store) == .ended)
        }
    }

    /// What the network does to one message.
    private enum Weather: CaseIterable { case fair, requestLost, answerLost, requestDoubled, answerLostAndDoubled }

    @Test(arguments: StoreUnderTest.allCases, 0..<6 as Range<UInt64>)
    func `an honest client is never signed out by one lost or doubled message per step`(
        kind: StoreUnderTest, seed: UInt64
    ) async throws {
        try await runWithFamily(kind) { store async throws in
            var random = SeededGenerator(seed: seed)
            var clock: Int64 = 0
            var held: Int64 = 1
            for _ in 0..<60 {
                let weather = Weather.allCases.randomElement(using: &random) ?? .fair
                var answer: Rotation?
                if weather != .requestLost { answer = try await present(held, after: clock, in: store) }
                if weather == .answerLost || weather == .answerLostAndDoubled { answer = nil }
                if answer == nil {
                    // Within the window, the client asks again with what it has.
                    clock += Int64.random(in: 0..<grace.window, using: &random)
                    answer = try await present(held, after: clock, in: store)
                }
                let used = held
                switch answer {
                case .rotated(let head), .repeated(let head):
                    try #require(head == held + 1)
                    held = head
                default: Issue.record("seed \(seed): the client was told \(String(describing: answer))")
                }
                if weather == .requestDoubled || weather == .answerLostAndDoubled {
                    // The network delivers the old request once more; its answer goes nowhere.
                    _ = try await present(used, after: clock, in: store)
                }
                clock += [0, 1, 11, 300].randomElement(using: &random) ?? 0
            }
            #expect(try await store.endReason(of: grant) == nil)
            #expect(try await store.refreshRecord(grant, at: Sample.now)?.family.head == held)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `a client may go on as fast as it can, and each of its tokens keeps its time`(
        kind: StoreUnderTest
    ) async throws {
        try await runWithFamily(kind) { store async throws in
            for head: Int64 in 1...100 {
                #expect(try await present(head, after: head / 50, in: store) == .rotated(head: head + 1))
            }
            #expect(try await store.refreshRecord(grant, at: Sample.now)?.family.spent.count == 5)
            for late: Int64 in [1, 25, 50, 99] {
                #expect(try await present(late, after: 9, in: store) == .late)
            }
            #expect(try await present(50, after: 10, in: store) == .late)
            guard case .reused = try await present(49, after: 10, in: store) else {
                return #expect(Bool(false), "what was spent a window ago did not end the family")
            }
        }
    }

    @Test(arguments: StoreUnderTest.allCases, 1...6 as ClosedRange<Int64>)
    func `a token spent longer ago than the window always ends the family`(
        kind: StoreUnderTest, generation: Int64
    ) async throws {
        for policy in [grace, strict] {
            try await runWithFamily(kind) { store async throws in
                for head: Int64 in 1...6 {
                    #expect(
                        try await present(head, after: head * 60, under: policy, in: store) == .rotated(head: head + 1))
                }
                let moment = generation * 60 + (generation == 6 ? policy.window : 6 * 60)
                let reused = try await present(generation, after: moment, under: policy, in: store)
                #expect(reused == .reused(Ended(grants: [grant])))
                #expect(try await present(7, after: moment, under: policy, in: store) == .ended)
                #expect(try await store.authorization(grant) == nil)
            }
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `idle and absolute lifetimes end what nobody ended`(kind: StoreUnderTest) async throws {
        try await runWithFamily(kind) { store async throws in
            let family = Sample.family()
            let idle = family.idleLifetime
            for step: Int64 in 1...3 {
                #expect(try await present(step, after: step * (idle - 1), in: store) == .rotated(head: step + 1))
            }
            #expect(try await present(4, after: 3 * (idle - 1) + idle, in: store) == .ended)
            #expect(try await present(4, after: 4 * (idle - 1), in: store) == .rotated(head: 5))
            #expect(try await present(5, after: 400_000, in: store) == .ended)
            #expect(try await present(5, after: 399_999, in: store) == .rotated(head: 6))
        }
    }
}
