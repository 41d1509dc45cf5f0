import Authenticators
import OAuth
import Testing

/// What was computed is counted, hash by hash: no other program and no slow machine shows in it.
@Suite(.timeLimit(.minutes(5))) struct `A refusal costs one hash of each kind that there is` {
    /// How many hashes something cost, and how much work these were.
    private struct Cost: Hashable {
        let hashes: Int
        let work: Int
    }

    private let hasher: PasswordHasher
    private let wrong: Password
    private let imported: PasswordHash
    private let right: Password

    init() throws {
        // A work of 1024, so that another kind may be one of 12288.
        let parameters = try #require(Argon2Parameters(memory: 1024, passes: 1))
        hasher = PasswordHasher(PasswordHasherSettings(parameters: parameters, threads: 1), secrets: .system)
        right = try Password("correct horse battery")
        wrong = try Password("incorrect horse battery")
        imported = try Self.bcrypt("06")
    }

    private static func bcrypt(_ cost: String, _ rest: Character = ".") throws -> PasswordHash {
        try PasswordHash("$2b$\(cost)$" + String(repeating: rest, count: 53))
    }

    private static func argon2(_ parameters: String) throws -> PasswordHash {
        try PasswordHash("$argon2id$v=19$\(parameters)$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4")
    }

    private static func pbkdf2(_ digest: String, _ rounds: Int, tag: Int = 32) throws -> PasswordHash {
        let tag = String(repeating: "A", count: (tag * 8 + 5) / 6)
        return try PasswordHash("$pbkdf2-\(digest)$\(rounds)$L8WY835PyTmntFbqfa8VQg$\(tag)")
    }

    private func cost(of work: () async throws -> Void) async rethrows -> Cost {
        let before = hasher.measures
        try await work()
        let after = hasher.measures
        return Cost(hashes: after.verified - before.verified, work: after.work - before.work)
    }

    @Test func `so that an imported account takes as long as a name that nobody has`() async throws {
        let own = try await hasher.hash(right)
        let alone = Cost(hashes: 1, work: 1024)
        #expect(try await cost { try await hasher.verifyNothing(wrong) } == alone)
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
        let each = Cost(hashes: 2, work: own.work + imported.work)
        #expect(costs == Array(repeating: each, count: 5))
        #expect(own.work == 1024 && imported.work > own.work)
    }

    @Test func `and whoever is let in costs only their own`() async throws {
        let own = try await hasher.hash(right)
        _ = try await hasher.verify(wrong, against: imported)
        let cheap = try await cost { _ = try await hasher.verify(right, against: own) }
        #expect(cheap == Cost(hashes: 1, work: own.work))
        #expect(try await hasher.verify(right, against: own))
        #expect(try await hasher.verify(right, against: own, mayPass: false))
    }

    @Test func `whose kind is learnt from the first of them, and counted once`() async throws {
        #expect(hasher.measures.kinds == 1)
        _ = try await hasher.verify(wrong, against: imported)
        _ = try await hasher.verify(wrong, against: Self.bcrypt("06", "a"))
        _ = try await hasher.verify(wrong, against: hasher.hash(wrong))
        #expect(hasher.measures.kinds == 2)
        hasher.expect(
            try [
                Self.argon2("m=64,t=2,p=1"),
                PasswordHash("$pbkdf2-sha256$2000$L8WY835PyTmntFbqfa8VQg$vb1xVoktJs82.EAfy4dvdVACsWYRFn0P1vRCNEKyyU4"),
                PasswordHash("pbkdf2_sha256$2000$oZb2vYkqJq0hU1sLxw3DcA$x3fnCy1L1+Ed0k4ZPOrtNwqcD7ZODUjC0ORJu8sS7CM="),
            ])
        #expect(hasher.measures.kinds == 4)
    }

    /// One dear hash that an import brought along must not make everybody's refusals dear.
    @Test func `but of none that costs more than a dozen of our own, or more memory`() async throws {
        let dear = try [
            Self.bcrypt("08"), Self.bcrypt("15"), Self.argon2("m=1024,t=13,p=1"), Self.pbkdf2("sha256", 30_723),
            Self.pbkdf2("sha256", 15_363, tag: 33), Self.pbkdf2("sha512", 13_655), Self.pbkdf2("sha512", 5_000_000),
            Self.argon2("m=2048,t=2,p=1"),
        ]
        hasher.expect(dear)
        #expect(hasher.measures.kinds == 1)
        // Whose turn it is pays for it, and nobody after.
        _ = try await hasher.verify(wrong, against: Self.bcrypt("08"))
        #expect(try await cost { try await hasher.verifyNothing(wrong) } == Cost(hashes: 1, work: 1024))
        for (number, affordable) in try [
            Self.argon2("m=1024,t=12,p=1"), Self.pbkdf2("sha256", 30_722), Self.pbkdf2("sha256", 15_362, tag: 33),
            Self.pbkdf2("sha512", 13_654),
        ].enumerated() {
            hasher.expect([affordable])
            #expect(hasher.measures.kinds == number + 2)
        }
    }

    @Test func `and no more kinds than a few`() throws {
        for rounds in 1...6 { hasher.expect([try Self.pbkdf2("sha256", rounds * 1000)]) }
        #expect(hasher.measures.kinds == 5)
    }

    /// 19 MiB in two passes beside what other systems make by default: 10 or 12 of bcrypt, a million rounds of Django.
    @Test func `and of the usual ones all are learnt`() throws {
        let usual = PasswordHasher(PasswordHasherSettings(threads: 1), secrets: .system)
        usual.expect(
            try [
                Self.bcrypt("10"), Self.bcrypt("12"), Self.pbkdf2("sha256", 1_000_000), Self.pbkdf2("sha512", 210_000),
            ])
        #expect(usual.measures.kinds == 5)
        usual.stop()
    }
}
