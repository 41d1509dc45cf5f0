import JOSE
import OAuth
package import Risk

/// Bounds what a client that makes and revokes tokens in a loop can cost: each single revocation is a row, an event and
/// an entry in memory until the token would have ended.
///
/// A grant whose budget is spent gets no new token for a while; and whoever still revokes one of its tokens ends all of
/// them with one step of its counter. So a token that its owner gave up never lives on, and what a grant can add is
/// bounded by the budget.
package final class RevocationBudget: Sendable {
    private let singles: FailureThrottle

    package init(_ policy: ThrottlePolicy) { singles = FailureThrottle(policy) }

    /// Seconds until the grant has some of its budget back; `nil`: there is some left.
    func wait(for grant: GrantID, at now: NumericDate) -> Int64? { singles.wait(for: grant, at: now) }

    func spend(_ grant: GrantID, at now: NumericDate) { singles.recordFailure(of: grant, at: now) }
}
