import Crypto
import JOSE
import OAuth
import Synchronization

/// Tokens whose signature was checked a moment ago, so that the next request with one need not check it again.
///
/// Only the signature is remembered. Whether a token is alive, not revoked, and of a person who may act, is asked each
/// time. An entry belongs to the keys that it was checked with: any change of them forgets it.
final class VerifiedTokens: Sendable {
    /// Of the whole token: one with a changed signature is another one.
    struct Fingerprint: Hashable, Sendable {
        private let digest: SHA256.Digest
        init(_ token: Secret) { digest = SHA256.hash(data: Array(token.revealedValue.utf8)) }
    }

    private struct Entry {
        let claims: AccessTokenClaims
        let keys: UInt64
    }

    private let capacity: Int
    private let entries = Mutex<[Fingerprint: Entry]>([:])

    init(capacity: Int) { self.capacity = max(1, capacity) }

    /// The claims of a token that was verified with the keys of this version.
    func claims(of token: Fingerprint, keys: UInt64) -> AccessTokenClaims? {
        entries.withLock { entries in
            guard let entry = entries[token], entry.keys == keys else { return nil }
            return entry.claims
        }
    }

    func keep(_ claims: AccessTokenClaims, of token: Fingerprint, keys: UInt64, at now: NumericDate) {
        entries.withLock { entries in
            if entries.count >= capacity {
                entries = entries.filter { $0.value.keys == keys && now < $0.value.claims.expiresAt }
            }
            // Full of tokens that live: to start again costs each of them one signature.
            if entries.count >= capacity { entries.removeAll(keepingCapacity: true) }
            entries[token] = Entry(claims: claims, keys: keys)
        }
    }

    var count: Int { entries.withLock { $0.count } }
}
