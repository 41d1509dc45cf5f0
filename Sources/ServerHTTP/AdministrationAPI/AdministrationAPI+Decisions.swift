import AuthorizationServer
import JOSE
import OAuth

/// Why something was refused, for the operator.
extension AdministrationAPI {
    func listDecisions(_ call: AdministrationCall) async throws -> ServerResponse {
        let asked = try DecisionQuery(call.query, of: administration.provider.decisions)
        let decisions = try administration.decisions(asked, by: call.administrator, at: call.now)
        return Self.done(Representation.decisions(decisions, of: asked))
    }

    func getDecision(_ call: AdministrationCall) async throws -> ServerResponse {
        guard let name = call.parameters.first else { throw AdministrationError.missing("decision") }
        let decision = try administration.decision(name, by: call.administrator, at: call.now)
        return Self.done(Representation.object { Representation.decision(decision, &$0) })
    }
}

extension DecisionQuery {
    init(_ query: AdministrationQuery, of journal: DecisionJournal) throws(AdministrationError) {
        self.init()
        before = try query.number("before", in: 1...Int64.max)
        check = try query.text("check", maximumLength: 64)
        if let check, !journal.knows(check) {
            throw .invalid([Problem("check", "is no check; docs/reference/errors.md lists them")])
        }
        endpoint = try query.text("endpoint", maximumLength: 64)
        client = try query.identifier("client")
        since = try query.date("since")
        until = try query.date("until")
        limit = try query.limit()
    }
}

extension Representation {
    static func decisions(_ decisions: [Decision], of query: DecisionQuery) -> [UInt8] {
        object { writer in
            writer.member("decisions") { array(decisions, to: &$0, decision) }
            if decisions.count == query.limit, let last = decisions.last { writer.member("next", last.number) }
        }
    }

    static func decision(_ decision: Decision, _ writer: inout JSONWriter) {
        writer.member("id", decision.id.rawValue)
        writer.member("number", decision.number)
        writer.member("at", decision.at)
        writer.member("endpoint", decision.endpoint)
        writer.member("request_id", decision.requestID)
        writer.member("address", decision.address)
        if let client = decision.client { writer.member("client", client.rawValue) }
        if !decision.about.isEmpty { writer.member("about", decision.about) }
        writer.member("check", decision.word)
        writer.member("reason", decision.reason)
        let explanation = decision.explanation
        writer.member("refused", explanation.refused)
        writer.member("checked", explanation.checked)
        writer.member("found", decision.found)
        writer.member("expected", decision.expected)
        writer.member("would_pass", explanation.wouldPass)
        writer.member("change", explanation.change)
    }
}
