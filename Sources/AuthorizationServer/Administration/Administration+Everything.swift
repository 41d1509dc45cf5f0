package import JOSE
import OAuth
package import Storage

extension Administration {
    /// Sessions, authorizations and links that one step ends: a transaction that keeps nobody waiting.
    package static let maximumStep = 1000

    /// One step of ending every session, authorization and mailed link of everybody that is no younger than `moment`:
    /// after a theft of the master key together with a database, nothing that hangs from what was stolen may go on.
    ///
    /// Called again and again until it is complete. `issuer` is named by whoever wants it, so that no mistake ends
    /// another issuer.
    package func endEverything(
        of issuer: String?, upTo moment: NumericDate, limit: Int = 500, by administrator: Administrator,
        at now: NumericDate
    ) async throws -> EverythingEnded {
        try demand(.write, of: administrator, at: now)
        var problems: [Problem] = []
        if issuer != provider.issuer.rawValue {
            problems.append(Problem("issuer", "must name this issuer, \(provider.issuer.rawValue)"))
        }
        if now < moment { problems.append(Problem("up_to", "must not be in the future")) }
        if !(1...Self.maximumStep).contains(limit) {
            problems.append(Problem("limit", "must be 1 to \(Self.maximumStep)"))
        }
        guard problems.isEmpty else { throw AdministrationError.invalid(problems) }
        let blank = event("everything.ended", on: "issuer", by: administrator, at: now)
        let step = try await store.endEverything(upTo: moment, limit: limit, because: .administrator, at: now) { step in
            var event = blank
            event.detail =
                "\(step.ended.sessions.count) sessions, \(step.ended.grants.count) authorizations, "
                + "\(step.links) links, \(step.addresses) addresses"
            return event
        }
        provider.revocations.apply(step.ended, at: now)
        return step
    }
}
