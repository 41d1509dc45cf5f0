import Crypto
import OAuth
import Synchronization

/// The hash of a whole token, signature included, so that no token is taken for a like one.
struct TokenFingerprint: Hashable, Sendable {
    private let words: (UInt64, UInt64, UInt64, UInt64)

    /// - Parameter context: a hash that already holds what else an answer depends on.
    init(_ token: Secret, in context: SHA256 = SHA256()) {
        var text = token.revealedValue
        self = text.withUTF8 { TokenFingerprint($0, in: context) }
    }

    init(_ token: UnsafeBufferPointer<UInt8>, in context: SHA256 = SHA256()) {
        var hash = context
        hash.update(bufferPointer: UnsafeRawBufferPointer(token))
        words = hash.finalize().withUnsafeBytes { bytes in
            func word(_ index: Int) -> UInt64 { bytes.loadUnaligned(fromByteOffset: index &* 8, as: UInt64.self) }
            return (word(0), word(1), word(2), word(3))
        }
    }

    static func == (left: TokenFingerprint, right: TokenFingerprint) -> Bool { left.words == right.words }

    /// One word is as good as four: the hash of a hash.
    func hash(into hasher: inout Hasher) { hasher.combine(words.0) }
}

/// A bounded memory of answers about tokens, which forgets what nobody asked for.
final class RecentMemory<Value: Sendable>: Sendable {
    /// Two halves: when the young one is full it becomes the old one, and what nobody asked for since then is gone.
    private struct Halves {
        var young: [TokenFingerprint: Value] = [:]
        var old: [TokenFingerprint: Value] = [:]
    }

    private let half: Int
    private let halves = Mutex(Halves())

    /// - Parameter capacity: entries at most; 0 for none.
    init(capacity: Int) { half = max(0, capacity) / 2 }

    subscript(fingerprint: TokenFingerprint) -> Value? {
        halves.withLock { halves in
            if let value = halves.young[fingerprint] { return value }
            guard let value = halves.old[fingerprint] else { return nil }
            insert(value, as: fingerprint, into: &halves)
            return value
        }
    }

    func keep(_ value: Value, as fingerprint: TokenFingerprint) {
        guard half > 0 else { return }
        halves.withLock { insert(value, as: fingerprint, into: &$0) }
    }

    func forget(_ fingerprint: TokenFingerprint) {
        halves.withLock { halves in
            halves.young[fingerprint] = nil
            halves.old[fingerprint] = nil
        }
    }

    private func insert(_ value: Value, as fingerprint: TokenFingerprint, into halves: inout Halves) {
        if halves.young.count >= half, halves.young[fingerprint] == nil {
            halves.old = halves.young
            // As full as the one before; to grow there step by step would move each entry several times.
            halves.young = Dictionary(minimumCapacity: half)
        }
        halves.young[fingerprint] = value
    }

    var count: Int { halves.withLock { $0.young.count + $0.old.count } }
}
