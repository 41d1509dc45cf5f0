public import JOSE
import Synchronization

/// What checking tokens shows about the issuer, for whoever rotates keys or wonders about clocks. Tokens that are
/// remembered are not counted again.
public struct TokenObservations: Hashable, Sendable {
    /// One key of the issuer, as the tokens show it: when the last old one was seen, its key can go.
    public struct KeyUse: Hashable, Sendable {
        /// `nil` for tokens that name none.
        public let keyID: String?
        public let firstSeen: NumericDate
        public internal(set) var lastSeen: NumericDate
        public internal(set) var tokens: UInt64
    }

    /// The most recent last; no more than ``maximumKeys``.
    public internal(set) var keys: [KeyUse] = []
    /// From `iat` to the moment of the check, the least that was seen: below zero, the issuer's clock is ahead of
    /// ours by so much; far above zero, it may be behind. `nil` before the first token.
    public internal(set) var leastAge: Duration?
    /// Tokens that were let in only because the clocks may differ: issued later than now, or ended before now.
    public internal(set) var toleratedTokens: UInt64 = 0

    public static let maximumKeys = 32
}

/// Notes what tokens show, in bounded memory.
final class TokenObserver: Sendable {
    private let state = Mutex(TokenObservations())

    var observations: TokenObservations { state.withLock { $0 } }

    /// - Parameter token: one whose signature was checked; others could fill the list with invented keys.
    func saw(_ token: AccessToken, at now: NumericDate) {
        guard case .signature(let keyID) = token.proof else { return }
        let age = now - token.issuedAt
        state.withLock { seen in
            seen.leastAge = min(seen.leastAge ?? age, age)
            if token.issuedAt > now || token.expiresAt <= now { seen.toleratedTokens &+= 1 }
            // Nearly always the key of the token before.
            if let last = seen.keys.indices.last, seen.keys[last].keyID == keyID {
                seen.keys[last].lastSeen = max(seen.keys[last].lastSeen, now)
                seen.keys[last].tokens &+= 1
                return
            }
            let index = seen.keys.firstIndex { $0.keyID == keyID }
            var use =
                index.map { seen.keys.remove(at: $0) }
                ?? TokenObservations.KeyUse(keyID: keyID, firstSeen: now, lastSeen: now, tokens: 0)
            use.lastSeen = max(use.lastSeen, now)
            use.tokens &+= 1
            if seen.keys.count >= TokenObservations.maximumKeys { seen.keys.removeFirst() }
            seen.keys.append(use)
        }
    }
}
