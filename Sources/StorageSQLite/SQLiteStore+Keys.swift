import GRDB
package import JOSE
package import OAuth
package import Storage

extension SQLiteStore: KeyStore {
    package func keys() async throws -> [KeyRecord] {
        try await list { database in
            try Row.fetchAll(database, sql: "SELECT * FROM issuer_key ORDER BY announced_at, id").map(KeyRecord.init)
        }
    }

    package func save(new: [KeyRecord], changed: [KeyRecord], recording events: [AuditEvent]) async throws {
        try await write { transaction in
            for key in new { try transaction.insert(key) }
            for key in changed {
                // Distrust is final: a caller with an old record cannot take it back.
                let count = try transaction.run(
                    """
                    UPDATE issuer_key SET active_from = ?2, retired_at = ?3, removed_at = ?4,
                        distrusted_at = coalesce(distrusted_at, ?5)
                    WHERE id = ?1
                    """,
                    .text(key.id), .date(key.activeFrom), .date(key.retiredAt), .date(key.removedAt),
                    .date(key.distrustedAt))
                guard count == 1 else { throw StoreError.failed("there is no key \(key.id)") }
            }
            for event in events { try transaction.append(event) }
        }
    }

    package func removeKeys(
        at now: NumericDate, recording event: @escaping @Sendable (KeyID) -> AuditEvent
    ) async throws -> [KeyID] {
        try await write { transaction in
            let gone = try transaction.texts("DELETE FROM issuer_key WHERE removed_at <= ?1 RETURNING id", .date(now))
                .map { KeyID(unchecked: $0) }.sorted()
            for id in gone { try transaction.append(event(id)) }
            return gone
        }
    }
}

extension WriteTransaction {
    fileprivate func insert(_ key: KeyRecord) throws {
        try run(
            """
            INSERT INTO issuer_key (id, purpose, public_key, sealed_key, announced_at, active_from, retired_at, removed_at,
                distrusted_at)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
            """,
            .text(key.id), .text(key.purpose.rawValue), .text(key.publicKey), .blob(key.sealedKey),
            .date(key.announcedAt),
            .date(key.activeFrom), .date(key.retiredAt), .date(key.removedAt), .date(key.distrustedAt))
    }
}

extension KeyRecord {
    fileprivate init(_ row: Row) throws {
        let row = StoredRow(row, of: "issuer_key")
        guard let purpose = Purpose(rawValue: try row.text("purpose")) else { throw row.damaged("purpose") }
        self.init(
            id: try row.identifier("id"), purpose: purpose, publicKey: try row.text("public_key"),
            sealedKey: try row.bytes("sealed_key"), announcedAt: try row.date("announced_at"),
            activeFrom: try row.date("active_from"), retiredAt: try row.optionalDate("retired_at"),
            removedAt: try row.optionalDate("removed_at"), distrustedAt: try row.optionalDate("distrusted_at"))
    }
}
