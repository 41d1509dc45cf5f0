import Authenticators
import ServerHTTP

extension MetricsRegistry {
    /// What the threads that hash passwords do.
    func add(_ hasher: PasswordHasher) {
        add("tessera_password_hashes_waiting", "People whose password waits for a thread.") {
            Double(hasher.measures.waiting)
        }
        add("tessera_password_hashes_running", "Passwords being hashed.") { Double(hasher.measures.running) }
        add("tessera_password_hashes_total", "Passwords hashed, and those turned away or given up.", kind: .counter) {
            let measures = hasher.measures
            return [
                ([("outcome", "finished")], Double(measures.finished)),
                ([("outcome", "refused")], Double(measures.refused)),
                ([("outcome", "cancelled")], Double(measures.cancelled)),
            ]
        }
    }
}
