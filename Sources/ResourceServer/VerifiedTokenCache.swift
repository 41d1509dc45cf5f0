import Crypto
import JOSE
import OAuth
import Synchronization

/// Tokens whose signature and claims were checked a moment ago, so that the next request with one need not check them.
///
/// The key is a hash of the whole token, signature included, so that no token is taken for a like one. Times and the
/// rule of the route are asked each time, and an entry belongs to the keys that it was checked with.
final class VerifiedTokenCache: Sendable {
    struct Fingerprint: Hashable, Sendable {
        private let digest: SHA256.Digest

        init(_ token: Secret) {
            var token = token.revealedValue
            digest = token.withUTF8 { SHA256.hash(data: UnsafeRawBufferPointer($0)) }
        }
    }

    private struct Entry {
        let token: AccessToken
        let keys: UInt64
        let since: NumericDate
        let until: NumericDate
    }

    /// Two halves: when the young one is full it becomes the old one, and what nobody asked for since then is gone.
    private struct Halves {
        var young: [Fingerprint: Entry] = [:]
        var old: [Fingerprint: Entry] = [:]
    }

    private let half: Int
    private let lifetime: Duration
    private let halves = Mutex(Halves())

    /// - Parameters:
    ///   - capacity: entries at most; 0 for none.
    ///   - lifetime: after this a token is checked again, whatever it says.
    init(capacity: Int, lifetime: Duration) {
        half = max(0, capacity) / 2
        self.lifetime = lifetime
    }

    /// Nothing that was kept later than now: with a clock that was set back it would live longer than it was told.
    func token(_ fingerprint: Fingerprint, keys: UInt64, at now: NumericDate) -> AccessToken? {
        halves.withLock { halves in
            let isYoung = halves.young[fingerprint] != nil
            guard let entry = halves.young[fingerprint] ?? halves.old[fingerprint] else { return nil }
            guard entry.keys == keys, entry.since <= now, now < entry.until else { return nil }
            if !isYoung { insert(entry, as: fingerprint, into: &halves) }
            return entry.token
        }
    }

    func keep(_ token: AccessToken, as fingerprint: Fingerprint, keys: UInt64, at now: NumericDate) {
        guard half > 0 else { return }
        let entry = Entry(token: token, keys: keys, since: now, until: min(token.expiresAt, now + lifetime))
        halves.withLock { insert(entry, as: fingerprint, into: &$0) }
    }

    private func insert(_ entry: Entry, as fingerprint: Fingerprint, into halves: inout Halves) {
        if halves.young.count >= half, halves.young[fingerprint] == nil {
            halves.old = halves.young
            halves.young = [:]
        }
        halves.young[fingerprint] = entry
    }

    var count: Int { halves.withLock { $0.young.count + $0.old.count } }
}
