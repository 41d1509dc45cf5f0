import AuthorizationServer
import JOSE
import OAuth

/// Why something was refused, for the operator.
extension AdministrationAPI {
    func listDecisions(_ call: AdministrationCall) async throws -> ServerResponse {
        let query = call.query
        var asked = DecisionQuery()
        asked.before = try query.number("before", in: 1...Int64.max)
        asked.check = try query.text("check", maximumLength: 64).map { text throws(AdministrationError) in
            guard let check = Check(rawValue: text) else {
                throw .invalid([Problem("check", "is no check; docs/reference/errors.md lists them")])
            }
            return check
        }
        asked.endpoint = try query.text("endpoint", maximumLength: 64)
        asked.client = try query.identifier("client")
        asked.since = try query.date("since")
        asked.until = try query.date("until")
        asked.limit = try query.limit()
        let decisions = try administration.decisions(asked, by: call.administrator, at: call.now)
        return Self.done(
            Representation.object { writer in
                writer.member("decisions") { Representation.array(decisions, to: &$0, Representation.decision) }
                if decisions.count == asked.limit, let last = decisions.last { writer.member("next", last.number) }
            })
    }

    func getDecision(_ call: AdministrationCall) async throws -> ServerResponse {
        guard let name = call.parameters.first else { throw AdministrationError.missing("decision") }
        let decision = try administration.decision(name, by: call.administrator, at: call.now)
        return Self.done(Representation.object { Representation.decision(decision, &$0) })
    }
}

extension Representation {
    static func decision(_ decision: Decision, _ writer: inout JSONWriter) {
        writer.member("id", decision.id.rawValue)
        writer.member("number", decision.number)
        writer.member("at", decision.at)
        writer.member("endpoint", decision.endpoint)
        writer.member("request_id", decision.requestID)
        writer.member("address", decision.address)
        if let client = decision.client { writer.member("client", client.rawValue) }
        writer.member("check", decision.check.rawValue)
        writer.member("reason", decision.reason)
        let explanation = decision.check.explanation
        writer.member("refused", explanation.refused)
        writer.member("checked", explanation.checked)
        writer.member("found", decision.found)
        writer.member("expected", decision.expected)
        writer.member("would_pass", explanation.wouldPass)
        writer.member("change", explanation.change)
    }
}
