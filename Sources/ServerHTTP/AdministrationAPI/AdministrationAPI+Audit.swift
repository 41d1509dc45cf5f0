import AuthorizationServer
import JOSE
import OAuth
import Storage

extension AdministrationAPI {
    func listAudit(_ call: AdministrationCall) async throws -> ServerResponse {
        let query = call.query
        let order = try query.text("order", maximumLength: 4) ?? "asc"
        guard order == "asc" || order == "desc" else {
            throw AdministrationError.invalid([Problem("order", "must be asc or desc")])
        }
        let asked = AuditQuery(
            afterID: try query.number("after", in: 0...Int64.max), action: try query.text("action", maximumLength: 255),
            actor: try query.text("actor", maximumLength: 300), target: try query.text("target", maximumLength: 600),
            since: try query.date("since"), until: try query.date("until"), limit: try query.limit(),
            newestFirst: order == "desc")
        let events = try await administration.audit(asked, by: call.administrator, at: call.now)
        return Self.done(
            Representation.object { writer in
                writer.member("events") { Representation.array(events, to: &$0, Representation.event) }
                if events.count == asked.limit, let last = events.last { writer.member("next", last.id) }
            })
    }

    func listUsage(_ call: AdministrationCall) async throws -> ServerResponse {
        let query = call.query
        let until = try query.date("until") ?? call.now + .seconds(60)
        let since = try query.date("since") ?? max(until - .seconds(3600), NumericDate(secondsSince1970: 0))
        let counters = try await administration.usage(
            of: try query.identifier("client"), since: since, until: until, limit: try query.limit(),
            by: call.administrator, at: call.now)
        return Self.done(
            Representation.object { writer in
                writer.member("usage") { writer in
                    Representation.array(counters, to: &writer) { Representation.usage($0.key, $0.count, &$1) }
                }
            })
    }
}
