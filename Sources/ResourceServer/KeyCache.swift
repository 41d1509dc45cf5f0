public import JOSE
import Synchronization

/// The published keys of one issuer: downloaded once for all who wait, looked up without waiting, refreshed before they
/// are needed, and believed for a stated time when the issuer is away.
///
/// A token with a `kid` that nobody knows costs one download per interval at most (RFC 8725 §3.10), so that invented
/// names neither hold up this program nor flood the issuer.
public final class KeyCache: KeySource {
    /// What a download brought: the keys, and how long the issuer lets them be kept.
    public struct Download: Sendable {
        public var keySet: JWKSet
        public var lifetime: Duration?

        public init(keySet: JWKSet, lifetime: Duration? = nil) {
            self.keySet = keySet
            self.lifetime = lifetime
        }
    }

    private struct Known {
        let keySet: JWKSet
        let freshUntil: NumericDate
        /// From here on somebody asks for newer ones while these are used.
        let dueAt: NumericDate
        let usableUntil: NumericDate
        /// The keys of a header that was seen; a set is taken apart once, not for each token.
        var keys: [JOSEHeader.KeyHint: [VerificationKey]] = [:]
    }

    private struct State {
        var known: Known?
        var lastAttempt: NumericDate?
        var lastFailed = false
        var download: Task<Void, Never>?
        var version: UInt64 = 0
    }

    private let state = Mutex(State())
    private let policy: KeyCachePolicy
    private let download: @Sendable () async throws -> Download

    /// Remembered answers for one key set; invented headers beyond are looked up each time.
    private static let mostHints = 64

    public init(policy: KeyCachePolicy = KeyCachePolicy(), download: @escaping @Sendable () async throws -> Download) {
        self.policy = policy
        self.download = download
    }

    public func keys(for header: JOSEHeader, at now: NumericDate) async throws(KeysUnavailable) -> [VerificationKey] {
        if let keys = knownKeys(for: header, at: now) { return keys }
        await downloading(at: now)?.value
        return try state.withLock { state throws(KeysUnavailable) in
            let keys =
                state.known.flatMap { now < $0.usableUntil ? $0.keySet.verificationKeys(for: header) : nil } ?? []
            // A key that cannot be asked for now may be a new one: that the token is bad would be a guess.
            guard !keys.isEmpty || !state.lastFailed else {
                throw KeysUnavailable("the keys of the issuer cannot be downloaded")
            }
            return keys
        }
    }

    /// `nil` if the keys must be downloaded first: there are none, they are too old, or this one is new.
    public func knownKeys(for header: JOSEHeader, at now: NumericDate) -> [VerificationKey]? {
        let hint = JOSEHeader.KeyHint(header)
        let (keys, isDue) = state.withLock { state -> ([VerificationKey]?, Bool) in
            guard let known = state.known, now < known.usableUntil else { return (nil, false) }
            // Only the first after their lifetime waits. While the issuer stays away nobody does.
            guard now < known.freshUntil || state.lastFailed else { return (nil, false) }
            let isDue = known.dueAt <= now && mayAsk(state, at: now)
            if let keys = known.keys[hint] { return (keys, isDue) }
            let keys = known.keySet.verificationKeys(for: header)
            guard !keys.isEmpty else { return (mayAsk(state, at: now) ? nil : [], isDue) }
            if known.keys.count < Self.mostHints { state.known?.keys[hint] = keys }
            return (keys, isDue)
        }
        if isDue { _ = downloading(at: now) }
        return keys
    }

    public var version: UInt64 { state.withLock { $0.version } }

    private func mayAsk(_ state: State, at now: NumericDate) -> Bool {
        guard let last = state.lastAttempt else { return true }
        // A clock that was set back must not forbid asking for ever.
        return now < last || last + policy.minimumInterval <= now
    }

    /// The download that is under way, or a new one unless one was just made. Those who wait for it may be cancelled; it goes on.
    private func downloading(at now: NumericDate) -> Task<Void, Never>? {
        state.withLock { state in
            if let download = state.download { return download }
            guard mayAsk(state, at: now) else { return nil }
            state.lastAttempt = now
            let task = Task { await self.renew(at: now) }
            state.download = task
            return task
        }
    }

    private func renew(at now: NumericDate) async {
        let found = try? await download()
        state.withLock { state in
            state.download = nil
            state.lastFailed = found == nil
            guard let found else { return }
            if found.keySet != state.known?.keySet { state.version &+= 1 }
            let lifetime = policy.lifetime(found.lifetime)
            state.known = Known(
                keySet: found.keySet, freshUntil: now + lifetime, dueAt: now + lifetime * 3 / 4,
                usableUntil: now + lifetime + policy.maximumStaleness)
        }
    }
}

extension JOSEHeader {
    /// What of a header chooses its keys.
    struct KeyHint: Hashable, Sendable {
        private let algorithm: String
        private let keyID: String?

        init(_ header: JOSEHeader) {
            algorithm = header.algorithm
            keyID = header.keyID
        }
    }
}
