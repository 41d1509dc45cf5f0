package import JOSE
package import Storage

extension SQLiteStore: ReplayStore {
    package func claim(_ id: String, in domain: ReplayDomain, until expiry: NumericDate) async throws -> Bool {
        try await write { transaction in
            let added = try transaction.run(
                "INSERT INTO replay_claim (domain, id, expires_at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
                .text(domain.rawValue), .text(id), .date(expiry))
            return added == 1
        }
    }
}
