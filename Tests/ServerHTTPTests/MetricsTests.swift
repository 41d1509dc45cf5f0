import ServerHTTP
import Testing

@Suite struct MetricsTests {
    @Test func `counts requests, durations and decisions by route`() async throws {
        let server = try await LiveServer.publicServer()
        _ = try await server.exchange(RequestText.token)
        _ = try await server.exchange(RequestText.token)
        _ = try await server.exchange(RequestText.form("/token", "grant_type=x"))
        _ = try await server.exchange(RequestText.get("/stranger\"\\"))
        server.environment.metrics.add("tessera_test", "A \"figure\".") { [([("label", "a\"b\\c\nd")], 1.5)] }
        let text = server.environment.metrics.text()
        #expect(text.contains(#"tessera_http_requests_total{listener="public",route="token",status="2xx"} 2"#))
        #expect(text.contains(#"tessera_http_requests_total{listener="public",route="token",status="4xx"} 1"#))
        #expect(text.contains(#"tessera_http_requests_total{listener="public",route="none",status="4xx"} 1"#))
        #expect(text.contains(#"duration_seconds_bucket{listener="public",route="token",le="+Inf"} 3"#))
        #expect(text.contains(#"duration_seconds_count{listener="public",route="token"} 3"#))
        #expect(text.contains(#"route="token",decision="unsupported_grant_type"} 1"#))
        #expect(text.contains(#"tessera_test{label="a\"b\\c\nd"} 1.5"#))
        #expect(!text.contains("stranger"))
        try await server.shutDown()
    }

    @Test func `never shows figures to the public`() async throws {
        let server = try await LiveServer.publicServer()
        #expect(try await server.exchange(RequestText.get("/metrics")).status == 404)
        try await server.shutDown()
    }
}
