import Crypto
import JOSE
import OAuth
import Synchronization

/// Tokens whose signature was made or checked a moment ago, so that the next request with one need not check it (again).
///
/// Only the signature is remembered. Whether a token is alive, not revoked, and of a person who may act, is asked each
/// time. An entry belongs to the keys that it was checked with: any change of them forgets it.
final class VerifiedTokens: Sendable {
    /// Of the whole token: one with a changed signature is another one.
    struct Fingerprint: Hashable, Sendable {
        private let digest: SHA256.Digest

        init(_ token: Secret) {
            var hash = SHA256()
            var text = token.revealedValue
            text.withUTF8 { hash.update(bufferPointer: UnsafeRawBufferPointer($0)) }
            digest = hash.finalize()
        }

        /// Where among `count` places, an even number.
        func place(of count: Int) -> Int {
            let number = digest.withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) }
            return Int(truncatingIfNeeded: number % UInt64(count))
        }
    }

    /// An object, so that to keep it, to move it and to hand it out is one reference each.
    private final class Entry: Sendable {
        let token: Fingerprint
        let claims: AccessTokenClaims
        let keys: UInt64

        init(token: Fingerprint, claims: AccessTokenClaims, keys: UInt64) {
            self.token = token
            self.claims = claims
            self.keys = keys
        }
    }

    /// Each token has two places, neighbours, which its fingerprint names; the one that came before moves over, and who
    /// was there is forgotten. So there is nothing to sweep, and no request that pays for the others.
    private let places: Mutex<[Entry?]>

    /// - Parameter capacity: tokens, at most.
    init(capacity: Int) { places = Mutex(Array(repeating: nil, count: max(2, capacity & ~1))) }

    /// The claims of a token that was made or verified with the keys of this version.
    func claims(of token: Fingerprint, keys: UInt64) -> AccessTokenClaims? {
        let entry = places.withLock { places -> Entry? in
            let place = token.place(of: places.count)
            if let entry = places[place], entry.token == token { return entry }
            return places[place ^ 1]
        }
        guard let entry, entry.token == token, entry.keys == keys else { return nil }
        return entry.claims
    }

    /// Tokens that are handed out now. The next thing that many clients do is to ask whom they speak for, and nobody need
    /// check what was signed here.
    func keep(_ struck: StruckTokens) {
        guard let signed = struck.signed else { return }
        keep(signed.claims, of: Fingerprint(struck.response.accessToken), keys: signed.keys)
    }

    func keep(_ claims: AccessTokenClaims, of token: Fingerprint, keys: UInt64) {
        let entry = Entry(token: token, claims: claims, keys: keys)
        // Let go after the lock is open: the last one to hold an entry takes it apart.
        let forgotten = places.withLock { places -> Entry? in
            let place = token.place(of: places.count)
            guard let former = places[place], former.token != token else {
                places[place] = entry
                return nil
            }
            let forgotten = places[place ^ 1]
            places[place] = entry
            places[place ^ 1] = former
            return forgotten
        }
        _ = forgotten
    }
}
