import Gateway
import ServerHTTP

extension MetricsRegistry {
    /// How many people sign in at the gateway, and what becomes of it.
    func add(_ signIn: BrowserSignIn) {
        let (sessions, pending, figures) = (signIn.sessions, signIn.pending, signIn.figures)
        add("tessera_gateway_sessions", "Sessions of browsers that are kept right now.") { Double(sessions.count) }
        add("tessera_gateway_pending_sign_ins", "Sign-ins that are kept while their browsers are at the issuer.") {
            Double(pending.count)
        }
        add("tessera_gateway_sign_ins_total", "What became of sign-ins and sessions of browsers.", kind: .counter) {
            figures.results.map { (labels: [("result", $0.result.rawValue)], value: Double($0.count)) }
        }
    }
}
