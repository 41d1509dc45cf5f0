import JOSE

/// `GET /health/live` and `/health/ready`: whether to restart the process, and whether to send it requests.
package struct HealthRoute: Sendable {
    let readiness: Readiness

    package init(readiness: Readiness) { self.readiness = readiness }

    @Sendable
    func live(_ request: ServerRequest, at now: NumericDate) -> ServerResponse { .json(Self.body("live")) }

    @Sendable
    func ready(_ request: ServerRequest, at now: NumericDate) async -> ServerResponse {
        switch await readiness.state() {
        case .ready: return .json(Self.body("ready"))
        case .draining: return .json(Self.body("draining"), status: 503)
        case .failing(let missing): return .json(Self.body(missing), status: 503)
        }
    }

    private static func body(_ status: String) -> [UInt8] {
        var writer = JSONWriter(capacity: 32)
        writer.beginObject()
        writer.member("status", status)
        writer.endObject()
        return writer.bytes
    }

    package var routes: [String: Route] {
        [
            "/health/live": Route("health_live", [.get: .immediate(live)]),
            "/health/ready": Route("health_ready", [.get: .waiting(ready)]),
        ]
    }
}
