/// What the request log tells about a request beyond its HTTP shape; never a secret.
package struct RequestFacts: Hashable, Sendable {
    package var client: String?
    package var grant: String?
    package var tokenID: String?
    package var resource: String?
    /// One snake_case word: `issued`, `active`, or why not.
    package var decision: String?
    /// Of a refusal: what `tessera explain` knows it by.
    package var decisionID: String?

    package init(
        client: String? = nil, grant: String? = nil, tokenID: String? = nil, resource: String? = nil,
        decision: String? = nil
    ) {
        self.client = client
        self.grant = grant
        self.tokenID = tokenID
        self.resource = resource
        self.decision = decision
    }
}
