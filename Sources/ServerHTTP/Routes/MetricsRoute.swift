import JOSE

/// `GET /metrics` for Prometheus; on administration listeners only.
struct MetricsRoute: Sendable {
    let metrics: MetricsRegistry
    /// The answer to somebody who may not read them.
    let refusal: @Sendable (ServerRequest) -> ServerResponse?

    @Sendable
    func get(_ request: ServerRequest, at now: NumericDate) -> ServerResponse {
        if let refusal = refusal(request) { return refusal }
        let headers = HeaderFields([
            .init(name: "content-type", value: MetricsRegistry.mediaType),
            .init(name: "cache-control", value: "no-store"),
        ])
        return ServerResponse(status: 200, headers: headers, body: Array(metrics.text().utf8))
    }
}
