/// How much a ``PasswordHasher`` may do at once, and how much work each hash is.
package struct PasswordHasherSettings: Hashable, Sendable {
    package static let settableThreads = 1...64
    package static let settableWaiting = 1...1_024
    package static let standardWaiting = 64

    /// Of new hashes.
    package let parameters: Argon2Parameters
    /// Hashes at once; one for each core is all that the machine can do.
    package let threads: Int
    /// How many may wait beside those; who comes then is told to come back.
    package let waiting: Int

    /// Numbers out of their range are moved into it.
    package init(
        parameters: Argon2Parameters = .standard, threads: Int, waiting: Int = PasswordHasherSettings.standardWaiting
    ) {
        self.parameters = parameters
        self.threads = min(max(threads, Self.settableThreads.lowerBound), Self.settableThreads.upperBound)
        self.waiting = min(max(waiting, Self.settableWaiting.lowerBound), Self.settableWaiting.upperBound)
    }

    /// How every new hash begins; one that begins in another way costs another time.
    package var beginning: String {
        let blank = Argon2Hash(parameters: parameters, salt: [], tag: []).encoded
        return String(blank.dropLast())
    }
}

/// What a ``PasswordHasher`` has done and is doing, for metrics.
package struct PasswordHasherMeasures: Hashable, Sendable {
    package var waiting = 0
    package var running = 0
    /// The most that ever ran at once.
    package var mostRunning = 0
    package var finished = 0
    /// Turned away because the queue was full.
    package var refused = 0
    /// Given up while they waited.
    package var cancelled = 0
    /// Hashes that were verified, those of nobody included.
    package var verified = 0
    /// The work of these (``PasswordHash/work``).
    package var work = 0
    /// Kinds of hashes that a refusal costs one each of.
    package var kinds = 1

    package init() {}
}

/// Why no hash was computed. None of it says anything about a password.
package enum PasswordHasherError: Error, Equatable {
    /// As many as may wait are waiting: 503 with `Retry-After`.
    case busy
    /// The caller's task was cancelled while it waited.
    case cancelled
    /// The server is stopping.
    case closed
    /// The machine has no memory for the hash.
    case noMemory
}
