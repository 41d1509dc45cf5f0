package import JOSE
import OAuth
import Storage

/// What the administration API and the command line may do to one issuer: values in, values out.
///
/// Each operation asks for a right first; each change is stored in one transaction with its audit event and the epochs
/// that it ends; then the snapshots that requests read change, before the answer.
package struct Administration: Sendable {
    package let provider: OpenIDProvider
    let changes = ChangeQueue()

    /// At most this many things on one page.
    package static let maximumPage = 1000

    package init(provider: OpenIDProvider) { self.provider = provider }

    var store: any Store { provider.store }

    /// Refuses an administrator without the right; the refusal goes to the audit log.
    package func demand(
        _ right: AdministrativeRight, of administrator: Administrator, at now: NumericDate
    ) throws(AdministrationError) {
        guard !administrator.rights.contains(right) else { return }
        recordRefusal(
            "right_missing", of: administrator, at: now,
            evidence: Evidence(
                administrator.rights.map(\.rawValue).sorted().joined(separator: " "), expected: right.rawValue))
        throw .rightMissing(right)
    }

    func event(
        _ action: String, on target: String, detail: String = "", by administrator: Administrator, at now: NumericDate
    ) -> AuditEvent {
        AuditEvent(
            at: now, action: action, actor: administrator.actor, target: target, address: administrator.address,
            requestID: administrator.requestID, detail: detail)
    }

    /// The counters that a change advanced, or why there was no change.
    func counters(of change: Change, _ thing: String) throws(AdministrationError) -> [EpochKey: Int64] {
        switch change {
        case .done(let counters): return counters
        case .missing: throw .missing(thing)
        case .conflict: throw .conflict("somebody else changed the \(thing); read it again")
        }
    }

    func check(_ expected: Int64?, against stored: Int64) throws(AdministrationError) {
        guard let expected, expected != stored else { return }
        throw .stale(current: stored)
    }

    func pageSize(_ limit: Int) throws(AdministrationError) -> Int {
        guard (1...Self.maximumPage).contains(limit) else {
            throw .invalid([Problem("limit", "must be 1 to \(Self.maximumPage)")])
        }
        return limit
    }
}

extension Administrator {
    var caller: Caller { Caller(address: address, requestID: requestID) }
}
