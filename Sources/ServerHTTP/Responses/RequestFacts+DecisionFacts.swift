import AuthorizationServer
import OAuth

extension RequestFacts {
    /// What the engine says about its decision, as text for the log.
    init(_ facts: DecisionFacts) {
        self.init(
            client: facts.client?.rawValue, grant: facts.grant?.rawValue, tokenID: facts.tokenID?.rawValue,
            resource: facts.resource?.rawValue, decision: facts.decision)
    }
}
