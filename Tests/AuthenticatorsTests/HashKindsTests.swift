import Authenticators
import OAuth
import Testing

/// Own hashes are next to nothing here and imported ones are dear, so that what was computed shows in the time of the
/// hashing thread, of which no other program takes any.
@Suite(.timeLimit(.minutes(5))) struct `A refusal costs one hash of each kind that there is` {
    private let hasher: PasswordHasher
    private let wrong: Password
    private let imported: PasswordHash
    private let right: Password

    init() throws {
        let parameters = try #require(Argon2Parameters(memory: 64, passes: 1))
        hasher = PasswordHasher(PasswordHasherSettings(parameters: parameters, threads: 1), secrets: .system)
        right = try Password("correct horse battery")
        wrong = try Password("incorrect horse battery")
        imported = try PasswordHash("$2b$10$" + String(repeating: ".", count: 53))
    }

    /// What the one thread works while `work` runs.
    private func cost(of work: () async throws -> Void) async rethrows -> Duration {
        let before = await hasher.processorTime()
        try await work()
        return await hasher.processorTime() - before
    }

    @Test func `so that an imported account takes as long as a name that nobody has`() async throws {
        let own = try await hasher.hash(right)
        let alone = try await cost { try await hasher.verifyNothing(wrong) }
        hasher.expect([imported])
        #expect(hasher.measures.kinds == 2)
        let costs = [
            try await cost { _ = try await hasher.verify(wrong, against: imported) },
            try await cost { try await hasher.verifyNothing(wrong) },
            try await cost { try await hasher.verifyNothing(nil) },
            try await cost { _ = try await hasher.verify(wrong, against: own) },
            // Of an account that is closed: right, and refused all the same.
            try await cost { _ = try await hasher.verify(right, against: own, mayPass: false) },
        ]
        #expect(alone < costs[0] / 4, "\(alone) \(costs)")
        for cost in costs { #expect(cost > costs[0] / 2 && cost < costs[0] * 2, "\(costs)") }
    }

    @Test func `and whoever is let in costs only their own`() async throws {
        let own = try await hasher.hash(right)
        let dear = try await cost { _ = try await hasher.verify(wrong, against: imported) }
        let cheap = try await cost { _ = try await hasher.verify(right, against: own) }
        #expect(cheap < dear / 4)
        #expect(try await hasher.verify(right, against: own))
        #expect(try await hasher.verify(right, against: own, mayPass: false))
    }

    @Test func `whose kind is learnt from the first of them, and counted once`() async throws {
        #expect(hasher.measures.kinds == 1)
        _ = try await hasher.verify(wrong, against: imported)
        _ = try await hasher.verify(wrong, against: PasswordHash("$2y$10$" + String(repeating: "a", count: 53)))
        _ = try await hasher.verify(wrong, against: hasher.hash(wrong))
        #expect(hasher.measures.kinds == 2)
        hasher.expect(
            try [
                PasswordHash("$argon2id$v=19$m=64,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"),
                PasswordHash("$pbkdf2-sha256$2000$L8WY835PyTmntFbqfa8VQg$vb1xVoktJs82.EAfy4dvdVACsWYRFn0P1vRCNEKyyU4"),
                PasswordHash("pbkdf2_sha256$2000$oZb2vYkqJq0hU1sLxw3DcA$x3fnCy1L1+Ed0k4ZPOrtNwqcD7ZODUjC0ORJu8sS7CM="),
            ])
        #expect(hasher.measures.kinds == 4)
        // Of more memory than a thread has: refusals would wait for one another.
        hasher.expect([
            try PasswordHash("$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4")
        ])
        #expect(hasher.measures.kinds == 4)
    }

    @Test func `and no more kinds than a few`() throws {
        for cost in ["04", "05", "06", "07", "08", "09"] {
            hasher.expect([try PasswordHash("$2b$\(cost)$" + String(repeating: ".", count: 53))])
        }
        #expect(hasher.measures.kinds == 5)
    }
}
