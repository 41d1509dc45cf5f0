import JOSE
import OAuth
import Storage
import Synchronization

/// How much of its quota each key has used, in memory: a restart forgives, and no use of a key costs a write.
///
/// A key and those that took its place have one quota together, counted under the last of them, so that a reroll gives
/// nobody more than they had.
final class APIKeyQuotas: Sendable {
    private struct Bucket {
        /// Thousandths of a use.
        var level: Int64
        var at: Int64
        /// The key under which a successor goes on; whoever read the key before it had one still comes here.
        var next: GrantID?

        /// Gives back what time has given. A clock that steps back gives nothing back.
        mutating func leak(_ quota: APIKeyQuota, until moment: Int64) {
            let elapsed = min(max(0, moment &- at), quota.period)
            let (given, overflow) = elapsed.multipliedReportingOverflow(by: quota.uses &* 1000)
            level = max(0, level - (overflow ? .max : given / quota.period))
            at = max(at, moment)
        }
    }

    /// Keys that are counted at once; of more, those that used least are forgotten.
    static let capacity = 10_000
    private let buckets = Mutex<[GrantID: Bucket]>([:])

    /// Takes one use; seconds until there is one again if there is none.
    /// - Parameter last: the key that has taken the place of all before it, or the key itself.
    func take(_ quota: APIKeyQuota, of last: GrantID, at now: NumericDate) -> Int64? {
        guard quota.uses > 0, quota.period > 0 else { return nil }
        let moment = now.secondsSince1970
        return buckets.withLock { buckets in
            var last = last
            while let next = buckets[last]?.next { last = next }
            var bucket = buckets[last] ?? Bucket(level: 0, at: moment)
            bucket.leak(quota, until: moment)
            let excess = bucket.level + 1000 - quota.uses * 1000
            guard excess <= 0 else {
                buckets[last] = bucket
                return max(1, (excess * quota.period + quota.uses * 1000 - 1) / (quota.uses * 1000))
            }
            bucket.level += 1000
            if buckets[last] == nil, buckets.count >= Self.capacity { Self.forget(&buckets) }
            buckets[last] = bucket
            return nil
        }
    }

    /// Lets the key that took the place of another go on with what is left of their quota.
    func pass(from old: APIKey, to new: GrantID, at now: NumericDate) {
        guard let quota = old.quota, quota.uses > 0, quota.period > 0 else { return }
        let moment = now.secondsSince1970
        buckets.withLock { buckets in
            var bucket = buckets[old.id] ?? Bucket(level: 0, at: moment)
            guard bucket.next == nil else { return }
            bucket.leak(quota, until: moment)
            // Somebody may have used the keys between the reroll and this.
            if var begun = buckets[new] {
                begun.leak(quota, until: moment)
                bucket.level += begun.level
                bucket.at = max(bucket.at, begun.at)
            }
            if buckets.count >= Self.capacity { Self.forget(&buckets) }
            buckets[new] = bucket
            buckets[old.id] = Bucket(level: 0, at: bucket.at, next: new)
        }
    }

    private static func forget(_ buckets: inout [GrantID: Bucket]) {
        let emptiest = buckets.sorted { $0.value.level < $1.value.level }.prefix(capacity / 10)
        for (id, _) in emptiest { buckets[id] = nil }
    }
}
