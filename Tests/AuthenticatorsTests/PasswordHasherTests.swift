import Authenticators
import Dispatch
import OAuth
import Testing

@Suite(.timeLimit(.minutes(5))) struct `The password hasher` {
    private let password: Password

    init() throws { password = try Password("correct horse battery staple") }

    private func hasher(memory: Int = 64, threads: Int, waiting: Int) throws -> PasswordHasher {
        let parameters = try #require(Argon2Parameters(memory: memory, passes: 1))
        return PasswordHasher(
            PasswordHasherSettings(parameters: parameters, threads: threads, waiting: waiting), secrets: .system)
    }

    /// Keeps one thread of a hasher at work until the gate is signalled: how long a hash takes is up to the machine.
    private func occupy(_ hasher: PasswordHasher) async -> DispatchSemaphore {
        let gate = DispatchSemaphore(value: 0)
        await withCheckedContinuation { isRunning in
            hasher.queue.submit(
                HashQueue.Waiting(
                    number: hasher.queue.reserveNumber(),
                    perform: { [queue = hasher.queue] _ in
                        isRunning.resume()
                        gate.wait()
                        queue.finish()
                    }, fail: { _ in isRunning.resume() }))
        }
        return gate
    }

    /// Until so many are in the line, which nobody leaves while the thread is occupied.
    private func waitUntil(_ count: Int, waitFor hasher: PasswordHasher) async throws {
        while hasher.measures.waiting < count { try await Task.sleep(for: .milliseconds(1)) }
    }

    @Test func `never runs more at once than it has threads`() async throws {
        let hasher = try hasher(memory: 4_096, threads: 2, waiting: 64)
        try await withThrowingTaskGroup(of: PasswordHash.self) { group in
            for _ in 0..<60 { group.addTask { try await hasher.hash(password) } }
            var hashes: Set<PasswordHash> = []
            for try await hash in group { hashes.insert(hash) }
            #expect(hashes.count == 60)
        }
        let measures = hasher.measures
        #expect((1...2).contains(measures.mostRunning))
        #expect((measures.finished, measures.running, measures.waiting) == (60, 0, 0))
    }

    @Test func `refuses at once when its queue is full, and works on`() async throws {
        let hasher = try hasher(threads: 1, waiting: 2)
        let gate = await occupy(hasher)
        let waiting = (0..<2).map { _ in Task { try await hasher.hash(password) } }
        try await waitUntil(2, waitFor: hasher)
        // The thread is held, so an answer that comes at all has waited for nobody.
        for _ in 0..<50 {
            await #expect(throws: PasswordHasherError.busy) { try await hasher.hash(password) }
        }
        #expect(hasher.measures.refused == 50)
        gate.signal()
        for task in waiting { _ = try await task.value }
        #expect(hasher.measures.mostRunning == 1)
        #expect(try await hasher.hash(password).encoded.revealedValue.hasPrefix("$argon2id$"))
    }

    @Test func `lets go of those who are cancelled while they wait`() async throws {
        let hasher = try hasher(threads: 1, waiting: 8)
        let gate = await occupy(hasher)
        let waiting = Task { () throws(PasswordHasherError) in try await hasher.hash(password) }
        try await waitUntil(1, waitFor: hasher)
        waiting.cancel()
        await #expect(throws: PasswordHasherError.cancelled) { try await waiting.value }
        #expect((hasher.measures.waiting, hasher.measures.cancelled) == (0, 1))
        let late = Task {
            try? await Task.sleep(for: .seconds(600))
            return try await hasher.hash(password)
        }
        late.cancel()
        await #expect(throws: PasswordHasherError.cancelled) { try await late.value }
        gate.signal()
        _ = try await hasher.hash(password)
    }

    @Test func `fails those who wait when it stops, and all who come later`() async throws {
        let hasher = try hasher(threads: 1, waiting: 8)
        let gate = await occupy(hasher)
        let waiting = Task { try await hasher.hash(password) }
        try await waitUntil(1, waitFor: hasher)
        hasher.stop()
        await #expect(throws: PasswordHasherError.closed) { try await waiting.value }
        await #expect(throws: PasswordHasherError.closed) { try await hasher.verifyNothing(password) }
        gate.signal()
    }

    @Test func `computes the same in memory that it used before, for whatever size`() async throws {
        let hasher = try hasher(memory: 512, threads: 1, waiting: 64)
        let large =
            "$argon2id$v=19$m=4096,t=3,p=2$MDEyMzQ1Njc4OWFiY2RlZg$"
            + "f+7sG46zSs/VP5c+gqkWEFQGEKmJd+O6gNgACQ3+4Y2/2xzSf0w5arHvxXC+5ScqwGsnW6DUP9WU0nTPYNK/jg"
        let small = "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"
        let own = try await hasher.hash(password)
        for _ in 0..<5 {
            #expect(try await hasher.verify(Password("pässwörd 🔑"), against: PasswordHash(large)))
            #expect(try await hasher.verify(Password("password"), against: PasswordHash(small)))
            #expect(try await hasher.verify(password, against: own))
            #expect(try await !hasher.verify(Password("password"), against: own))
        }
    }

    @Test func `verifies imported hashes that ask for much one at a time`() async throws {
        let hasher = try hasher(threads: 4, waiting: 64)
        let large = try PasswordHash(
            "$argon2id$v=19$m=4096,t=3,p=2$MDEyMzQ1Njc4OWFiY2RlZg$"
                + "f+7sG46zSs/VP5c+gqkWEFQGEKmJd+O6gNgACQ3+4Y2/2xzSf0w5arHvxXC+5ScqwGsnW6DUP9WU0nTPYNK/jg")
        let right = try Password("pässwörd 🔑")
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<16 { group.addTask { try await hasher.verify(right, against: large) } }
            for try await isRight in group { #expect(isRight) }
        }
    }

    @Test func `works as long on nothing as on a hash`() async throws {
        let hasher = PasswordHasher(PasswordHasherSettings(threads: 1), secrets: .system)
        let hash = try await hasher.hash(password)
        let wrong = try Password("incorrect horse battery staple")
        var work = [hasher.measures.work]
        _ = try await hasher.verify(wrong, against: hash)
        work.append(hasher.measures.work)
        try await hasher.verifyNothing(wrong)
        work.append(hasher.measures.work)
        try await hasher.verifyNothing(nil)
        work.append(hasher.measures.work)
        #expect(work == [0, hash.work, 2 * hash.work, 3 * hash.work] && hash.work == 2 * 19_456)
        #expect(hasher.measures.verified == 3)
    }

    @Test func `moves senseless numbers into their range`() {
        let least = PasswordHasherSettings(threads: 0, waiting: -1)
        #expect((least.threads, least.waiting) == (1, 1))
        let most = PasswordHasherSettings(threads: .max, waiting: .max)
        #expect((most.threads, most.waiting) == (64, 1_024))
        #expect(PasswordHasherSettings(threads: 2).waiting == 64)
    }
}
