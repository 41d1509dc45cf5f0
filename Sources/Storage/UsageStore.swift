/// Who used what, counted: access tokens are too many to list.
package struct UsageKey: Hashable, Sendable {
    package enum Kind: String, CaseIterable, Hashable, Sendable {
        case issued, introspectedActive = "introspected_active", introspectedInactive = "introspected_inactive", refused
    }
    package let client: String
    package let resource: String
    /// Minutes since 1970.
    package let minute: Int64
    package let kind: Kind

    package init(client: String, resource: String, minute: Int64, kind: Kind) {
        self.client = client
        self.resource = resource
        self.minute = minute
        self.kind = kind
    }
}

/// Durable counters per client, resource and minute.
package protocol UsageStore: Sendable {
    func add(_ counts: [UsageKey: Int64]) async throws
    /// Counters of the minutes in `range` (half open), of one client or of all, in order, at most `limit`.
    func usage(
        of client: String?, minutes range: Range<Int64>, limit: Int
    ) async throws -> [(key: UsageKey, count: Int64)]
}
