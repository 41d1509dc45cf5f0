public import JOSE
import OAuth
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
        let keys: PublishedKeys
        let askedAt: NumericDate
        let freshUntil: NumericDate
        /// From here on somebody asks for newer ones while these are used.
        let dueAt: NumericDate
        let usableUntil: NumericDate
    }

    private struct State {
        var known: Known?
        var lastAttempt: NumericDate?
        var lastFailed = false
        /// Keys that the issuer no longer trusts, as was heard elsewhere, and for which newer ones have been asked for.
        var distrusted: Set<String> = []
        var download: Task<Void, Never>?
    }

    private let state = Mutex(State())
    /// Beside the lock, because every request asks.
    private let changes = Atomic<UInt64>(0)
    private let policy: KeyCachePolicy
    private let download: @Sendable (NumericDate) async throws -> Download

    public convenience init(
        policy: KeyCachePolicy = KeyCachePolicy(), download: @escaping @Sendable () async throws -> Download
    ) {
        self.init(policy: policy, downloadAt: { _ in try await download() })
    }

    init(policy: KeyCachePolicy, downloadAt: @escaping @Sendable (NumericDate) async throws -> Download) {
        self.policy = policy
        download = downloadAt
    }

    public func keys(for header: JOSEHeader, at now: NumericDate) async throws(IssuerUnavailable) -> [VerificationKey] {
        if let keys = knownKeys(for: header, at: now) { return keys }
        await downloading(at: now)?.value
        return try state.withLock { state throws(IssuerUnavailable) in
            let known = state.known.flatMap { now < $0.usableUntil ? $0.keys[header] : nil } ?? []
            // A key that cannot be asked for now may be a new one: that the token is bad would be a guess.
            guard !known.isEmpty || !state.lastFailed else {
                throw IssuerUnavailable("the keys of the issuer cannot be downloaded")
            }
            return known
        }
    }

    /// `nil` if the keys must be downloaded first: there are none, they are too old, or this one may be new.
    public func knownKeys(for header: JOSEHeader, at now: NumericDate) -> [VerificationKey]? {
        let (keys, isDue) = state.withLock { state -> ([VerificationKey]?, Bool) in
            guard let known = state.known, now < known.usableUntil else { return (nil, false) }
            // Only the first after their lifetime waits. While the issuer stays away nobody does.
            guard now < known.freshUntil || state.lastFailed else { return (nil, false) }
            // A clock that was set back would keep keys young for ever.
            let isDue = (known.dueAt <= now || now < known.askedAt) && mayAsk(state, at: now)
            let keys = known.keys[header]
            guard keys.isEmpty else { return (keys, isDue) }
            // It may be in a download that is under way or due, or be the reason for one that failed.
            let mayBeNew = state.download != nil || state.lastFailed || mayAsk(state, at: now)
            return (mayBeNew ? nil : [], isDue)
        }
        if isDue { _ = downloading(at: now) }
        return keys
    }

    /// Asks for newer keys, once, although these are young: the issuer has told elsewhere that it does not trust this one any
    /// more. Nobody waits for them.
    public func renew(after keyID: String, at now: NumericDate) {
        let isNews = state.withLock { state in
            // As soon as may be asked again, if keys were asked for a moment ago.
            guard state.known?.keys.names(keyID) ?? false, state.download == nil, mayAsk(state, at: now) else {
                return false
            }
            return state.distrusted.insert(keyID).inserted
        }
        if isNews { _ = downloading(at: now) }
    }

    public var version: UInt64 { changes.load(ordering: .acquiring) }

    private func mayAsk(_ state: State, at now: NumericDate) -> Bool {
        guard let last = state.lastAttempt else { return true }
        // A clock that was set back must not forbid asking for ever.
        return now < last || last + policy.minimumInterval <= now
    }

    /// The download that is under way, or a new one unless one was just made. It goes on when who began it gives up.
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
        let found = await downloaded(at: now)
        let keys = found.map { PublishedKeys($0.keySet) }
        state.withLock { state in
            state.download = nil
            state.lastFailed = found == nil
            guard let found, let keys else { return }
            state.distrusted.formIntersection(keys.keySet.keys.compactMap(\.keyID))
            let isOther = found.keySet != state.known?.keys.keySet
            let lifetime = policy.lifetime(found.lifetime)
            state.known = Known(
                keys: keys, askedAt: now, freshUntil: now + lifetime, dueAt: now + lifetime * 3 / 4,
                usableUntil: now + lifetime + policy.maximumStaleness)
            // Behind the keys, so that nobody proves with old ones and remembers the new number.
            if isOther { changes.wrappingAdd(1, ordering: .releasing) }
        }
    }

    /// `nil` if it failed or took too long; one that never ends is left behind.
    private func downloaded(at now: NumericDate) async -> Download? {
        let download = download
        return await answer(within: policy.downloadTimeLimit) { try? await download(now) } ?? nil
    }
}
