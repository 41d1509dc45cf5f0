package import JOSE
import OAuth
import Storage
import Synchronization

/// When each recurring task was last done.
final class UpkeepPlan: Sendable {
    enum Work: Hashable { case keys, honeyKeys, sweep, registrations }
    private let last = Mutex<[Work: NumericDate]>([:])

    /// Whether `work` is due; if so it counts as done now.
    func isDue(_ work: Work, every seconds: Int64, at now: NumericDate) -> Bool {
        last.withLock { last in
            if let previous = last[work], previous <= now, now - previous < .seconds(seconds) { return false }
            last[work] = now
            return true
        }
    }

    /// Makes `work` due at the next run.
    func repeatSoon(_ work: Work) { last.withLock { $0[work] = nil } }
}

/// What an upkeep run could not do; the next run tries again.
package struct UpkeepProblem: Sendable {
    package let work: String
    package let error: any Error
}

extension OpenIDProvider {
    private static let sweepBatch = 500
    private static let sweepBatchesPerRun = 20

    /// One run, meant for every second: keys, origins, expiry. Returns what went wrong.
    package func upkeep(at now: NumericDate) async -> [UpkeepProblem] {
        var problems: [UpkeepProblem] = []
        func attempt(_ work: String, _ body: () async throws -> Void) async {
            do { try await body() } catch { problems.append(UpkeepProblem(work: work, error: error)) }
        }
        await attempt("origins") { try await registry.origins.refresh() }
        if upkeepPlan.isDue(.keys, every: 5, at: now) {
            await attempt("keys") { try await keys.tick(at: now) }
        }
        if upkeepPlan.isDue(.honeyKeys, every: HoneyKeyMemory.interval, at: now) {
            await attempt("honey_keys") { try await honeyKeys.refresh(from: store) }
        }
        if upkeepPlan.isDue(.sweep, every: 60, at: now) {
            await attempt("sweep") {
                for _ in 0..<Self.sweepBatchesPerRun {
                    let count = try await store.sweep(at: now, keeping: policy.retention, limit: Self.sweepBatch)
                    if count == 0 { return }
                }
                // More is left than one run takes: it goes on at once, or the tables would outgrow the sweep.
                upkeepPlan.repeatSoon(.sweep)
            }
            revocations.prune(at: now)
            statusLists.prune(at: now)
            await revocations.feed.prune(at: now)
            decisions.prune(at: now)
        }
        if policy.registration.isEnabled, upkeepPlan.isDue(.registrations, every: 3600, at: now) {
            await attempt("registrations") { try await removeUnusedRegistrations(at: now) }
        }
        return problems
    }

    /// Makes counters and folded refusals durable: every second, and as the last thing before a shutdown. One call at a
    /// time; ``upkeep(at:)`` may run beside it, and take its time.
    package func flush(at now: NumericDate) async -> [UpkeepProblem] {
        var problems: [UpkeepProblem] = []
        do { try await usage.flush(to: store) } catch { problems.append(UpkeepProblem(work: "usage", error: error)) }
        do { try await refusals.flush(to: store, at: now) } catch {
            problems.append(UpkeepProblem(work: "audit", error: error))
        }
        return problems
    }
}
