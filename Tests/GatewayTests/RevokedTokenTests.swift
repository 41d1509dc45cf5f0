import Gateway
import JOSE
import ResourceServer
import ServerHTTP
import Synchronization
import Testing

/// Says of every token what a test wants it to say.
final class ScriptedRevocations: RevocationSource {
    private let answer: Mutex<RevocationAnswer>

    init(_ answer: RevocationAnswer) { self.answer = Mutex(answer) }

    var version: UInt64 { 0 }
    func say(_ answer: RevocationAnswer) { self.answer.withLock { $0 = answer } }
    func lookup(for token: AccessToken) -> RevocationLookup { { _ in self.answer.withLock { $0 } } }
}

@Suite struct `A token that ended before its time` {
    private func decision(_ response: ServerResponse) -> String? { response.facts?.decision }

    @Test func `is refused although it was let in a moment ago`() async throws {
        let revocations = ScriptedRevocations(.current)
        let gateway = try CraftedGateway(revocations: revocations)
        let token = try gateway.token()
        #expect(await gateway.ask("/files", token: token).status == 200)
        revocations.say(.revoked)
        let refused = await gateway.ask("/files", token: token)
        #expect(refused.status == 401 && decision(refused) == "token_revoked")
        #expect(refused.headers.first("www-authenticate")?.contains("invalid_token") == true)
        #expect(await gateway.ask("/open", token: token).status == 200)
    }

    @Test func `leaves a trace in figures that only proxies see`() async throws {
        let gateway = try CraftedGateway()
        let metrics = MetricsRegistry()
        metrics.add("tessera_gateway_revocations_current", "Current.") { 1 }
        let live = try await LiveListener(
            "forward-auth", routes: gateway.endpoint.routes(readiness: Readiness {}, metrics: metrics))
        let client = try await RawClient(port: live.port)
        try await client.send("GET /metrics HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        let shown = try await client.readToEnd()
        #expect(shown.hasPrefix("HTTP/1.1 200") && shown.contains("tessera_gateway_revocations_current 1"))
        try await live.stop()
    }

    @Test func `is not let in while nobody knows, unless that was chosen`() async throws {
        let revocations = ScriptedRevocations(.stale(.refuse))
        let gateway = try CraftedGateway(revocations: revocations)
        let token = try gateway.token()
        for mode in [StaleMode.refuse, .introspect] {
            revocations.say(.stale(mode))
            let refused = await gateway.ask("/files", token: token)
            #expect(refused.status == 503 && decision(refused) == "revocations_stale")
            #expect(refused.headers.first("retry-after") == "1" && refused.headers.first("x-tessera-subject") == nil)
        }
        revocations.say(.stale(.acceptUntilExpiry))
        #expect(await gateway.ask("/files", token: token).status == 200)
    }
}
