import JOSE
import OAuth
import Storage

extension APIKeyRefusal {
    /// What of the key, or of who shows it, did not fit. Only its id is ever named.
    func evidence(at now: NumericDate) -> Evidence {
        guard let key else { return .none }
        switch fault {
        case .malformed, .unknown: return .none
        case .honey, .leaked, .ownerEnded, .directUseForbidden: return Evidence("key \(key.id)")
        case .ended: return Evidence("key \(key.id), ended at \(key.endedAt?.secondsSince1970 ?? 0)")
        case .expired:
            let end = key.expiresAt?.secondsSince1970 ?? 0
            return Evidence("key \(key.id), expired at \(end)", expected: "an expiry after \(now.secondsSince1970)")
        case .resourceWrong, .permissionEnded:
            let resources = key.resourceScopes.map { "\($0.key) with \($0.value)" }.sorted().prefix(8)
            return Evidence("key \(key.id) \(found)", expected: "one of " + resources.joined(separator: ", "))
        case .networkWrong:
            return Evidence(
                "key \(key.id) \(found)",
                expected: "an address in " + key.networks.prefix(8).joined(separator: ", "))
        case .quotaUsed:
            return Evidence("key \(key.id)", expected: retryAfter.map { "the same after \($0) s" } ?? "")
        }
    }
}
