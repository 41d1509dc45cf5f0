package import JOSE
package import OAuth
import Storage

/// The one way of refusals into the counters, the journal and the audit log.
extension OpenIDProvider {
    /// Records a refusal that was decided before the engine was asked, such as a malformed request.
    package func recordRefusal(
        of endpoint: String, reason: String, client: ClientID?, caller: Caller, at now: NumericDate,
        evidence: Evidence = .none
    ) {
        record(Refusal(of: endpoint, reason: reason, client: client, caller: caller, at: now, evidence: evidence))
    }

    package func record(_ refusal: Refusal) {
        usage.count(.refused, client: refusal.client, resource: nil, at: refusal.at)
        let decision = decisions.record(refusal)
        refusals.record(
            AuditEvent(
                at: refusal.at, action: "\(refusal.endpoint).refused", outcome: .refusal,
                actor: refusal.client.map { "client:\($0)" } ?? "anonymous", address: refusal.caller.address,
                requestID: refusal.caller.requestID, detail: refusal.reason, decision: decision.rawValue))
    }

    func record(
        _ rejection: Rejection, of endpoint: String, _ request: RefusedRequest = .nothing, caller: Caller,
        at now: NumericDate
    ) async {
        record(
            Refusal(
                of: endpoint, reason: rejection.reason, client: rejection.client, caller: caller, at: now,
                evidence: await evidenceFinder.evidence(for: rejection, in: request, at: now)))
    }

    /// Introspection says nothing but `inactive` (RFC 7662 §2.2); why, the journal knows.
    func recordInactive(
        _ token: Secret, _ facts: DecisionFacts, from client: ClientID, caller: Caller, at now: NumericDate
    ) {
        let finder = evidenceFinder
        func refusal(_ evidence: Evidence) -> Refusal {
            Refusal(
                of: "introspection", reason: facts.decision, client: client, caller: caller, at: now,
                evidence: evidence)
        }
        switch Check(reason: facts.decision) {
        case .notAResource: record(refusal(Evidence("\(client) is a client")))
        case .audienceWrong:
            let request = RefusedRequest.access(token, at: facts.resource ?? administrationResource)
            let rejection = Rejection.audienceWrong(client, facts.tokenID ?? TokenID(unchecked: "-"))
            record(refusal(finder.tokenEvidence(rejection, request, at: now) ?? .none))
        default:
            // Asking about a dead token is no offence: it is explained, and neither counted nor audited as one.
            let fault = TokenFault(rawValue: String(facts.decision.dropFirst("token_".count)))
            decisions.record(refusal(fault.map { finder.evidence(for: $0, in: token, at: now) } ?? .none))
        }
    }

    var evidenceFinder: EvidenceFinder {
        EvidenceFinder(issuer: issuer, policy: policy, store: store, registry: registry, reader: reader)
    }
}
