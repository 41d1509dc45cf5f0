import JOSE
import Logging
import OAuth
import ResourceServer
import ServerHTTP
import ServiceLifecycle

/// Keeps the gateway informed of what the issuer revokes, and its operator of how well that goes.
struct GatewayRevocations: Service {
    let reader: RevocationFeedReader

    /// - Parameter transport: how the issuer is asked; one that has no streams asks by long polling.
    init?(_ settings: GatewaySettings, _ transport: any HTTPTransport, _ shared: ServerEnvironment) {
        guard let policy = settings.revocations, let feed = settings.feed else {
            let reason = settings.revocations == nil ? "gateway.revocations is off" : "no gateway.resource-id"
            shared.logger.warning(
                "revocations are not followed: a JWT that was revoked passes until it expires",
                metadata: ["reason": "\(reason)"])
            return nil
        }
        let log = GatewayRevocationLog(logger: shared.logger)
        reader = RevocationFeedReader(
            feed, policy: policy, transport: transport, streams: transport as? any HTTPStreamTransport,
            clock: ReaderClock(ContinuousClock(), now: shared.now), report: log.write)
        addFigures(to: shared.metrics)
    }

    func run() async throws { await cancelWhenGracefulShutdown { await reader.run() } }

    /// Not ready before the issuer was heard, and not while every token is refused.
    func readiness(in whole: Readiness) -> Readiness {
        Readiness(whole, or: "revocations_stale") { [reader] in
            let state = reader.state
            guard state.isCurrent || (state.age != nil && state.mode != .refuse) else {
                throw IssuerUnavailable.revocationsStale
            }
        }
    }

    private func addFigures(to metrics: MetricsRegistry) {
        let reader = reader
        metrics.add("tessera_gateway_revocations_current", "Whether what is known of revocations is recent enough.") {
            reader.state.isCurrent ? 1 : 0
        }
        metrics.add("tessera_gateway_revocations_age_seconds", "How old the issuer's last word about revocations is.") {
            reader.state.age.map { [(labels: [], value: Double($0.components.seconds))] } ?? []
        }
        metrics.add("tessera_gateway_revocations_entries", "Names that are known to be revoked.") {
            Double(reader.state.entries)
        }
        metrics.add(
            "tessera_gateway_revocation_messages_total", "Messages of the revocation feed, and what did not come.",
            kind: .counter
        ) {
            let state = reader.state
            return [
                (labels: [("result", "accepted")], value: Double(state.accepted)),
                (labels: [("result", "refused")], value: Double(state.refused)),
            ]
        }
    }
}
