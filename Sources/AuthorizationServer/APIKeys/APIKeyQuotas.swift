import JOSE
import OAuth
import Storage
import Synchronization

/// How much of its quota each key has used, in memory: a restart forgives, and no use of a key costs a write.
final class APIKeyQuotas: Sendable {
    private struct Bucket {
        /// Thousandths of a use.
        var level: Int64
        var at: Int64
    }

    /// Keys that are counted at once; of more, those that used least are forgotten.
    static let capacity = 10_000
    private let buckets = Mutex<[GrantID: Bucket]>([:])

    /// Takes one use; seconds until there is one again if there is none.
    func take(_ key: APIKey, at now: NumericDate) -> Int64? {
        guard let quota = key.quota, quota.uses > 0, quota.period > 0 else { return nil }
        let moment = now.secondsSince1970
        return buckets.withLock { buckets in
            var bucket = buckets[key.id] ?? Bucket(level: 0, at: moment)
            // A clock that steps back gives nothing back.
            let elapsed = min(max(0, moment &- bucket.at), quota.period)
            let (given, overflow) = elapsed.multipliedReportingOverflow(by: quota.uses &* 1000)
            bucket.level = max(0, bucket.level - (overflow ? .max : given / quota.period))
            bucket.at = max(bucket.at, moment)
            let excess = bucket.level + 1000 - quota.uses * 1000
            guard excess <= 0 else {
                buckets[key.id] = bucket
                return max(1, (excess * quota.period + quota.uses * 1000 - 1) / (quota.uses * 1000))
            }
            bucket.level += 1000
            if buckets[key.id] == nil, buckets.count >= Self.capacity { Self.forget(&buckets) }
            buckets[key.id] = bucket
            return nil
        }
    }

    private static func forget(_ buckets: inout [GrantID: Bucket]) {
        let emptiest = buckets.sorted { $0.value.level < $1.value.level }.prefix(capacity / 10)
        for (id, _) in emptiest { buckets[id] = nil }
    }
}
