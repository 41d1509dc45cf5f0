package import JOSE
package import OAuth
import Risk
import Storage
import Synchronization

/// Keys that somebody reported as leaked, until the next second looks at them: the answer to a report says nothing about
/// the key, neither in words nor by its time.
final class LeakReports: Sendable {
    struct Report: Sendable {
        let secret: Secret
        let caller: Caller
    }

    private static let capacity = 1000
    private let throttle: FailureThrottle
    private let waiting = Mutex<[Report]>([])

    init(_ policy: APIKeyPolicy) { throttle = FailureThrottle(policy.reportThrottle) }

    /// Seconds to wait; `nil` if the report was taken.
    func add(_ secret: Secret, from caller: Caller, at now: NumericDate) -> Int64? {
        let place = AddressPrefix(caller.address)
        if let seconds = throttle.wait(for: place, at: now) { return seconds }
        throttle.recordFailure(of: place, at: now)
        // What cannot be a key needs no place.
        guard APIKeyText(secret) != nil else { return nil }
        return waiting.withLock { waiting in
            guard waiting.count < Self.capacity else { return 1 }
            waiting.append(Report(secret: secret, caller: caller))
            return nil
        }
    }

    func take() -> [Report] {
        waiting.withLock { waiting in
            defer { waiting = [] }
            return waiting
        }
    }

    func putBack(_ reports: [Report]) { waiting.withLock { $0.insert(contentsOf: reports, at: 0) } }
}

extension OpenIDProvider {
    /// Takes the text of a key that somebody found where it should not be; seconds to wait if there were too many reports.
    package func reportLeak(of secret: Secret, caller: Caller, at now: NumericDate) -> Int64? {
        leakReports.add(secret, from: caller, at: now)
    }

    /// Ends the keys that were reported since the last call.
    func quarantineReported(at now: NumericDate) async -> [UpkeepProblem] {
        let reports = leakReports.take()
        for (index, report) in reports.enumerated() {
            do {
                _ = try await quarantine(report.secret, reportedBy: "anonymous", report.caller, at: now)
            } catch {
                leakReports.putBack(Array(reports[index...]))
                return [UpkeepProblem(work: "leak_reports", error: error)]
            }
        }
        return []
    }

    /// Ends a key that leaked with all that was had for it, and tells its owner. `false`: no key of ours.
    func quarantine(
        _ secret: Secret, reportedBy actor: String, _ caller: Caller, at now: NumericDate
    ) async throws -> Bool {
        guard let text = APIKeyText(secret), let key = try await store.apiKey(TokenHash(of: text.secret)) else {
            return false
        }
        let alarm = Alarm(.keyLeaked, key, actor: actor, address: caller.address, requestID: caller.requestID)
        // A honey key that is known to be out still tells who uses it.
        guard !key.isHoney else {
            bell.ring(alarm, at: now)
            return true
        }
        let event = AuditEvent(
            at: now, action: "api_key.quarantined", actor: actor, target: key.mention, address: caller.address,
            requestID: caller.requestID, detail: key.owner.mention)
        var effects = Effects([event])
        if case .person(let subject) = key.owner, let user = try await store.user(subject) {
            effects.mails = try notices(.apiKeyLeaked(name: key.name, at: now), to: user, at: now)
        }
        if try await endKey(key.id, because: .keyLeaked, with: effects, at: now) { bell.ring(alarm, at: now) }
        return true
    }
}
