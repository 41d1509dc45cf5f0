package import JOSE

/// Something that happened and that somebody may ask about later.
package struct AuditEvent: Hashable, Sendable {
    package enum Outcome: String, CaseIterable, Hashable, Sendable { case success, refusal }

    /// Assigned by the store, growing; 0 before it is stored.
    package var id: Int64
    package var at: NumericDate
    /// What happened, e.g. `client.created`, `token.refused`.
    package var action: String
    package var outcome: Outcome
    /// Who did it, e.g. `uid:0`, `client:svc`, `system`, `anonymous`.
    package var actor: String
    /// On what, e.g. `client:svc`, `key:…`, `token:<jti>`; empty if on nothing.
    package var target: String
    /// Where from; empty if not from a network.
    package var address: String
    package var requestID: String
    /// The reason or the change, in plain words without secrets.
    package var detail: String
    /// How many equal events this one stands for.
    package var count: Int64
    /// When the last of them was.
    package var lastAt: NumericDate
    /// Of a refusal: its name in the journal of decisions, or that of the first one it stands for; empty for all else.
    package var decision: String

    package init(
        id: Int64 = 0, at: NumericDate, action: String, outcome: Outcome = .success, actor: String, target: String = "",
        address: String = "", requestID: String = "", detail: String = "", count: Int64 = 1, lastAt: NumericDate? = nil,
        decision: String = ""
    ) {
        self.id = id
        self.at = at
        self.action = action
        self.outcome = outcome
        self.actor = actor
        self.target = target
        self.address = address
        self.requestID = requestID
        self.detail = detail
        self.count = count
        self.lastAt = lastAt ?? at
        self.decision = decision
    }
}

/// Which events to list.
package struct AuditQuery: Hashable, Sendable {
    package var afterID: Int64?
    package var action: String?
    package var actor: String?
    /// Whose events are left out.
    package var exceptActor: String?
    package var target: String?
    package var since: NumericDate?
    package var until: NumericDate?
    /// 1 to 1,000.
    package var limit: Int
    /// Newest first; `afterID` then means "older than".
    package var newestFirst: Bool

    package init(
        afterID: Int64? = nil, action: String? = nil, actor: String? = nil, target: String? = nil,
        since: NumericDate? = nil, until: NumericDate? = nil, limit: Int = 100, newestFirst: Bool = false
    ) {
        self.afterID = afterID
        self.action = action
        self.actor = actor
        self.target = target
        self.since = since
        self.until = until
        self.limit = limit
        self.newestFirst = newestFirst
    }
}

/// The audit log: written, never changed, but for the counts of folded refusals and of authorizations that nobody used
/// (``GivenAuthorizations``).
package protocol AuditLog: Sendable {
    /// Appends events; returns their ids in order.
    func append(_ events: [AuditEvent]) async throws -> [Int64]
    /// Adds to the counts of folded events and sets their `lastAt`.
    func fold(_ additions: [AuditAddition]) async throws
    func events(_ query: AuditQuery) async throws -> [AuditEvent]
}

/// More of the same: `count` further events equal to `id`, the last of them at `lastAt`.
package struct AuditAddition: Hashable, Sendable {
    package let id: Int64
    package let count: Int64
    package let lastAt: NumericDate
    package init(id: Int64, count: Int64, lastAt: NumericDate) {
        self.id = id
        self.count = count
        self.lastAt = lastAt
    }
}
