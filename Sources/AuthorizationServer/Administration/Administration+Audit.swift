package import JOSE
package import OAuth
package import Storage

extension Administration {
    package func audit(
        _ query: AuditQuery, by administrator: Administrator, at now: NumericDate
    ) async throws -> [AuditEvent] {
        try demand(.read, of: administrator, at: now)
        _ = try pageSize(query.limit)
        return try await store.events(query)
    }

    /// Counters of the minutes that `since` and `until` lie in (half open), of one client or of all.
    package func usage(
        of client: ClientID?, since: NumericDate, until: NumericDate, limit: Int, by administrator: Administrator,
        at now: NumericDate
    ) async throws -> [(key: UsageKey, count: Int64)] {
        try demand(.read, of: administrator, at: now)
        _ = try pageSize(limit)
        let first = since.secondsSince1970 / 60
        let last = (until.secondsSince1970 + 59) / 60
        guard since.secondsSince1970 >= 0, first <= last else {
            throw AdministrationError.invalid([Problem("since", "must not be after until")])
        }
        return try await store.usage(of: client?.rawValue, minutes: first..<last, limit: limit)
    }

    /// The event of an operation that the program does, such as a backup, after it was allowed.
    package func operation(
        _ action: String, detail: String = "", by administrator: Administrator, at now: NumericDate
    ) throws(AdministrationError) -> AuditEvent {
        try demand(.write, of: administrator, at: now)
        return event(action, on: "", detail: detail, by: administrator, at: now)
    }

    /// Puts a refusal of what somebody asked for into the audit log; equal ones become one event with a count.
    package func recordRefusal(
        _ reason: String, of administrator: Administrator, at now: NumericDate, evidence: Evidence = .none
    ) {
        let client = ClientMention(startOf: administrator.actor)?.client
        provider.usage.count(.refused, client: client, resource: nil, at: now)
        var event = event("administration.refused", on: "", detail: reason, by: administrator, at: now)
        event.outcome = .refusal
        event.decision =
            provider.decisions.record(
                Refusal(
                    of: "administration", reason: reason, client: client, caller: administrator.caller, at: now,
                    evidence: evidence)
            ).rawValue
        provider.refusals.record(event)
    }

    package func record(_ event: AuditEvent) async throws { _ = try await store.append([event]) }
}
