import ServerHTTP

/// What is left to a caller, for the header fields of an answer (draft-ietf-httpapi-ratelimit-headers).
struct RateStanding {
    struct Reading {
        let limit: RateLimit
        let isExceeded: Bool
        let remaining: Int
        /// Seconds until one more request fits, and until the limit is whole again.
        let wait: Int
        let refill: Int
    }

    let readings: [Reading]
    /// `nil` where there is no route.
    let pass: GatewayPass?

    var isExceeded: Bool { readings.contains(where: \.isExceeded) }

    func mark(_ response: inout ServerResponse) {
        let policies = readings.map { "\"\($0.limit.scope.rawValue)\";q=\($0.limit.count);w=\($0.limit.window)" }
        let states = readings.map { "\"\($0.limit.scope.rawValue)\";r=\($0.remaining);t=\($0.refill)" }
        response.headers.replace("ratelimit-policy", policies.joined(separator: ", "))
        response.headers.replace("ratelimit", states.joined(separator: ", "))
    }

    /// RFC 6585 §4.
    var refusal: ServerResponse {
        let facts = pass.map { RequestFacts.passed($0, .rateLimited) }
        var response = ServerResponse.error(
            429, "too_many_requests", "too many requests; try again later",
            facts: facts ?? RequestFacts(decision: GatewayWord.rateLimited.rawValue))
        mark(&response)
        response.headers.append("retry-after", String(readings.filter(\.isExceeded).map(\.wait).max() ?? 1))
        return response
    }
}
