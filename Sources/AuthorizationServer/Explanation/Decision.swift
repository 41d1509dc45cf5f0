package import JOSE
package import OAuth

/// One refusal, as an operator may read it: which check failed, on which value, and what would have passed.
package struct Decision: Hashable, Sendable {
    package let id: DecisionID
    /// Its place in the journal: later ones have higher numbers.
    package internal(set) var number: Int64 = 0
    package let at: NumericDate
    /// As the audit log names it: `token`, `userinfo`, `request`.
    package let endpoint: String
    /// What the caller was told to name the request by.
    package let requestID: String
    package let address: String
    /// A registered client; never a name that a stranger made up.
    package let client: ClientID?
    /// `other` for a check that is none of the engine's.
    package let check: Check
    /// The stable word of the check: that of ``check``, or what another part of the program calls its own.
    package let word: String
    package let explanation: Explanation
    /// Which request it was, where an endpoint has many: method, host, path and route at a gateway.
    package let about: String
    /// The word that the log and the audit log have for it.
    package let reason: String
    /// Without secrets; empty if there is no value to speak of.
    package let found: String
    /// What would have passed in this very case; empty if the explanation of the check says all there is to say.
    package let expected: String

    init(_ refusal: Refusal, id: DecisionID) {
        self.id = id
        at = refusal.at
        endpoint = refusal.endpoint
        requestID = refusal.caller.requestID
        address = refusal.caller.address
        client = refusal.client
        reason = refusal.reason
        about = ShownText.of(refusal.about)
        if let explanation = refusal.explanation {
            check = .other
            word = refusal.reason
            self.explanation = explanation
        } else {
            check = Check(reason: refusal.reason)
            word = check.rawValue
            explanation = check.explanation
        }
        found = refusal.evidence.found(by: check)
        expected = ShownText.of(refusal.evidence.expected)
    }

    /// What it says for people, a sentence each.
    package var sentences: [(name: String, text: String)] {
        let passes = expected.isEmpty ? explanation.wouldPass : "\(expected) (\(explanation.wouldPass))"
        return [
            ("Refused", explanation.refused), ("Checked", explanation.checked),
            ("Found", found.isEmpty ? "nothing to show" : found), ("Would have passed", passes),
            ("To change it", explanation.change),
        ]
    }
}

/// What is told to the journal and to the audit log about a refusal.
package struct Refusal: Sendable {
    package let endpoint: String
    package let reason: String
    package let client: ClientID?
    package let caller: Caller
    package let at: NumericDate
    package let evidence: Evidence
    package let about: String
    /// What the check is for, if it is none of the engine's own: `reason` is its word then.
    package let explanation: Explanation?

    package init(
        of endpoint: String, reason: String, client: ClientID?, caller: Caller, at: NumericDate,
        evidence: Evidence = .none, about: String = "", explanation: Explanation? = nil
    ) {
        self.endpoint = endpoint
        self.reason = reason
        self.client = client
        self.caller = caller
        self.at = at
        self.evidence = evidence
        self.about = about
        self.explanation = explanation
    }
}
