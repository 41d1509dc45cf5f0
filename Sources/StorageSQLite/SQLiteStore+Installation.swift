import GRDB
import JOSE
package import Storage

extension SQLiteStore: InstallationStore {
    package func wrappedDataKeys() async throws -> [String: [UInt8]] {
        try await list { database in
            var keys: [String: [UInt8]] = [:]
            for next in try Row.fetchAll(database, sql: "SELECT id, wrapped FROM data_key") {
                let row = StoredRow(next, of: "data_key")
                keys[try row.text("id")] = try row.bytes("wrapped")
            }
            return keys
        }
    }

    package func replaceWrappedDataKeys(_ keys: [String: [UInt8]], recording event: AuditEvent) async throws {
        try await write { transaction in
            try transaction.run("DELETE FROM data_key")
            for (id, wrapped) in keys {
                try transaction.run("INSERT INTO data_key (id, wrapped) VALUES (?1, ?2)", .text(id), .blob(wrapped))
            }
            try transaction.append(event)
        }
    }

    package func claimIssuer(_ issuer: String) async throws -> String {
        try await write { transaction in
            try transaction.run(
                "INSERT INTO installation (name, value) VALUES ('issuer', ?1) ON CONFLICT DO NOTHING", .text(issuer))
            let stored = try transaction.texts("SELECT value FROM installation WHERE name = 'issuer'")
            return stored.first ?? issuer
        }
    }

    package func claimSecret(_ sealed: [UInt8], named name: String) async throws -> [UInt8] {
        let stored = try await write { transaction in
            try transaction.run(
                "INSERT INTO installation (name, value) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
                .text("secret:" + name), .text(Base64URL.encode(sealed)))
            return try transaction.texts("SELECT value FROM installation WHERE name = ?1", .text("secret:" + name))
        }
        guard let text = stored.first, let bytes = try? Base64URL.decode(text) else {
            throw StoreError.damaged("installation.value")
        }
        return bytes
    }
}
