package import OAuth

/// Where a request came from, for decisions about floods and for the audit log.
package struct Caller: Hashable, Sendable {
    /// An IP address as text, or `unix`; of a proxy that does not tell for whom it asks, its own.
    package let address: String
    package let requestID: String
    private let isProxy: Bool

    /// - Parameter isProxy: whether the address is a proxy's that stands for a client of whom nothing is known.
    package init(address: String, isProxy: Bool = false, requestID: String) {
        self.address = address
        self.isProxy = isProxy
        self.requestID = requestID
    }

    /// The address for whatever lets somebody in by it; `nil` where nobody told it.
    package var clientAddress: String? { isProxy ? nil : address }
}

/// What the request log says about a decision.
package struct DecisionFacts: Hashable, Sendable {
    package var client: ClientID?
    package var resource: ResourceIndicator?
    package var grant: GrantID?
    package var tokenID: TokenID?
    /// One snake_case word.
    package var decision: String

    package init(
        _ decision: String, client: ClientID? = nil, resource: ResourceIndicator? = nil, grant: GrantID? = nil,
        tokenID: TokenID? = nil
    ) {
        self.decision = decision
        self.client = client
        self.resource = resource
        self.grant = grant
        self.tokenID = tokenID
    }
}

/// An answer together with what the log is told about it.
package struct Answered<Response: Sendable>: Sendable {
    package let response: Response
    package let facts: DecisionFacts

    package init(_ response: Response, _ facts: DecisionFacts) {
        self.response = response
        self.facts = facts
    }
}

/// A public document that clients cache.
package struct Document: Hashable, Sendable {
    package let body: [UInt8]
    /// A strong validator with its quotes (RFC 9110 §8.8.3).
    package let etag: String
    /// Seconds.
    package let maxAge: Int64

    package init(body: [UInt8], etag: String, maxAge: Int64) {
        self.body = body
        self.etag = etag
        self.maxAge = maxAge
    }
}
