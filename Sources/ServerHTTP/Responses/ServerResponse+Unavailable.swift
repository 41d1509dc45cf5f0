extension ServerResponse {
    /// 503 with the standards' word; what happened is for the log only (RFC 6749 §4.1.2.1 names the code).
    static func unavailable(_ decision: String, retryAfter: Int64 = 1) -> ServerResponse {
        var response = ServerResponse.error(
            503, "temporarily_unavailable", "the server cannot answer right now; try again later",
            facts: RequestFacts(decision: decision))
        response.headers.append("retry-after", String(retryAfter))
        return response
    }
}
