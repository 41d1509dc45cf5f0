package import OAuth

/// Hashes and verifies passwords on threads of its own, a bounded number at once.
///
/// Memory is bounded too: threads × the memory of the current parameters, plus one imported hash that asks for more.
package final class PasswordHasher: Sendable {
    package let settings: PasswordHasherSettings
    package let queue: HashQueue
    /// When those come again who find the line full.
    package let returnTimes: ReturnTimes
    private let kinds: HashKinds
    private let secrets: SecretGenerator
    /// What is verified when there is nothing to verify.
    private let nothing: PasswordHash

    /// Starts the threads; they end with ``stop()`` or with the last reference.
    package init(_ settings: PasswordHasherSettings, secrets: SecretGenerator) {
        self.settings = settings
        self.secrets = secrets
        nothing = PasswordHash(
            .argon2(
                Argon2Hash(
                    parameters: settings.parameters, salt: secrets.bytes(Argon2Hash.saltLength),
                    tag: secrets.bytes(Argon2Hash.tagLength))))
        kinds = HashKinds(nothing)
        queue = HashQueue(settings)
        returnTimes = ReturnTimes(perSecond: settings.waiting / 2)
        queue.start()
    }

    deinit { queue.stop() }

    /// Refuses what waits and what comes; what runs is finished.
    package func stop() { queue.stop() }

    package var measures: PasswordHasherMeasures {
        var measures = queue.measures
        measures.kinds = kinds.count
        return measures
    }

    /// A new hash with a new salt.
    package func hash(_ password: Password) async throws(PasswordHasherError) -> PasswordHash {
        let salt = secrets.bytes(Argon2Hash.saltLength)
        let bytes = password.bytes
        let parameters = settings.parameters
        let made = try await onThread { Argon2Hash.make(of: bytes, parameters, salt: salt, in: $0) }
        guard let made else { throw .noMemory }
        return PasswordHash(.argon2(made))
    }

    /// Makes every refusal cost what those hashes cost, too: called with hashes that people here have.
    package func expect(_ hashes: [PasswordHash]) {
        for hash in hashes { kinds.others(than: hash) }
    }

    /// Whether `hash` is of this password. A refusal takes the time of every kind of hash that there is.
    ///
    /// - Parameter mayPass: `false` if the account is closed, so that the right password is refused as well.
    package func verify(
        _ password: Password, against hash: PasswordHash, mayPass: Bool = true
    ) async throws(PasswordHasherError) -> Bool {
        try await judge(password.bytes, against: hash, mayPass: mayPass)
    }

    /// The same work without a result: for names that nobody has, and for what cannot be a password (`nil`).
    ///
    /// Who measures how long an answer takes must not learn which of them it was.
    package func verifyNothing(_ password: Password?) async throws(PasswordHasherError) {
        _ = try await judge(password?.bytes ?? [], against: nothing, mayPass: false)
    }

    /// The one way to the hashes. Two that did the same work were a hundredth apart: where its tables lie on the stack
    /// decides how fast a hash is, and 400 refusals of each told a name that nobody has from a wrong password.
    private func judge(
        _ bytes: [UInt8], against hash: PasswordHash, mayPass: Bool
    ) async throws(PasswordHasherError) -> Bool {
        let others = kinds.others(than: hash)
        return try await onThread { [self] arena in
            let isMatch = matches(bytes, hash, in: arena)
            guard !isMatch || !mayPass else { return true }
            for other in others { _ = matches(bytes, other, in: arena) }
            return isMatch
        }
    }

    /// On a hashing thread; what needs more than the memory of that thread waits for the one place for such hashes.
    private func matches(_ bytes: [UInt8], _ hash: PasswordHash, in arena: HashArena) -> Bool {
        queue.count(hash)
        guard hash.arenaBytes > settings.parameters.arenaBytes else { return hash.matches(bytes, in: arena) }
        return queue.alone { hash.matches(bytes, in: arena) }
    }

    private func onThread<Value: Sendable>(
        _ compute: @escaping @Sendable (HashArena) -> Value
    ) async throws(PasswordHasherError) -> Value {
        let number = queue.reserveNumber()
        let outcome: Result<Value, PasswordHasherError> = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                queue.submit(
                    HashQueue.Waiting(
                        number: number,
                        perform: { [queue] arena in
                            let value = compute(arena)
                            queue.finish()
                            continuation.resume(returning: .success(value))
                        },
                        fail: { continuation.resume(returning: .failure($0)) }))
            }
        } onCancel: {
            queue.cancel(number)
        }
        return try outcome.get()
    }
}

extension PasswordHash {
    /// What verifying it allocates.
    var arenaBytes: Int {
        guard case .argon2(let hash) = scheme else { return 0 }
        return hash.parameters.arenaBytes
    }
}
