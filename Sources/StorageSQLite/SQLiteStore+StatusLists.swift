import GRDB
package import JOSE
import OAuth
package import Storage

extension SQLiteStore: StatusListStore {
    package func reserveStatusPlaces(
        _ count: Int64, orOpen fresh: StatusList, limit: Int, at now: NumericDate
    ) async throws -> StatusReservation? {
        try await write { transaction in
            var open = try transaction.openStatusList()
            if let full = open, full.size <= full.reserved {
                try transaction.run(
                    "UPDATE status_list SET closed_at = ?2 WHERE id = ?1", .text(full.id), .date(now))
                open = nil
            }
            if open == nil {
                let lists = try transaction.integer("SELECT count(*) FROM status_list") ?? 0
                guard lists < Int64(limit) else { return nil }
                try transaction.run(
                    """
                    INSERT INTO status_list (id, permutation_key, size, reserved, created_at) VALUES (?1, ?2, ?3, ?4, ?5)
                    """,
                    .text(fresh.id), .blob(fresh.key), .integer(fresh.size), .integer(fresh.reserved),
                    .date(fresh.createdAt))
            }
            var list = open ?? fresh
            let first = list.reserved
            list.reserved = min(list.size, first &+ max(1, count))
            try transaction.run(
                "UPDATE status_list SET reserved = ?2 WHERE id = ?1", .text(list.id), .integer(list.reserved))
            return StatusReservation(list: list, places: first..<list.reserved)
        }
    }

    package func insert(_ entry: StatusEntry) async throws {
        try await write { transaction in
            let epochs = entry.epochs
            let added = try transaction.run(
                """
                INSERT INTO status_entry (list, place, grant_id, subject, client, resource, subject_epoch, client_epoch,
                    grant_epoch, resource_epoch)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) ON CONFLICT DO NOTHING
                """,
                .text(entry.list), .integer(entry.index), .text(entry.grant), .text(entry.subject),
                .text(entry.client), .text(entry.resource.rawValue), .integer(epochs.subject),
                .integer(epochs.client), .integer(epochs.grant), .integer(epochs.resource))
            guard added == 1 else { throw StoreError.failed("index \(entry.index) of a status list was given twice") }
        }
    }

    package func statusLists() async throws -> [StatusList] {
        try await list { database in
            try Row.fetchAll(database, sql: "SELECT * FROM status_list ORDER BY created_at, id").map(StatusList.init)
        }
    }

    package func statusEntries(of list: String, after index: Int64?, limit: Int) async throws -> [StatusEntry] {
        try await self.list { database in
            let sql = "SELECT * FROM status_entry WHERE list = ?1 AND place > ?2 ORDER BY place LIMIT ?3"
            return try Row.fetchAll(database, sql: sql, arguments: [list, index ?? -1, max(0, limit)])
                .map(StatusEntry.init)
        }
    }
}

extension WriteTransaction {
    fileprivate func openStatusList() throws -> StatusList? {
        try Row.fetchOne(
            database, sql: "SELECT * FROM status_list WHERE closed_at IS NULL ORDER BY created_at DESC LIMIT 1"
        ).map(StatusList.init)
    }

    /// Deletes at most `limit` entries of lists that no living token names, and the lists that are empty then.
    func sweepStatusLists(closedUpTo end: SQLValue, limit: SQLValue) throws -> Int {
        let entries = try run(
            """
            DELETE FROM status_entry WHERE (list, place) IN
                (SELECT list, place FROM status_entry WHERE list IN
                    (SELECT id FROM status_list WHERE closed_at <= ?1) LIMIT ?2)
            """, end, limit)
        let lists = try run(
            """
            DELETE FROM status_list WHERE closed_at <= ?1
                AND NOT EXISTS (SELECT 1 FROM status_entry WHERE list = status_list.id)
            """, end)
        return entries &+ lists
    }
}

extension StatusList {
    fileprivate init(_ row: Row) throws {
        let stored = StoredRow(row, of: "status_list")
        let size = try stored.integer("size")
        guard size > 0 else { throw stored.damaged("size") }
        let reserved = try stored.integer("reserved")
        guard (0...size).contains(reserved) else { throw stored.damaged("reserved") }
        self.init(
            id: try stored.text("id"), key: try stored.bytes("permutation_key"), size: size,
            createdAt: try stored.date("created_at"), reserved: reserved,
            closedAt: try stored.optionalDate("closed_at"))
    }
}

extension StatusEntry {
    fileprivate init(_ row: Row) throws {
        let stored = StoredRow(row, of: "status_entry")
        let index = try stored.integer("place")
        guard index >= 0 else { throw stored.damaged("place") }
        self.init(
            list: try stored.text("list"), index: index, grant: try stored.identifier("grant_id"),
            subject: try stored.identifier("subject"), client: try stored.identifier("client"),
            resource: try stored.resource("resource"),
            epochs: TokenEpochs(
                subject: try stored.integer("subject_epoch"), client: try stored.integer("client_epoch"),
                grant: try stored.integer("grant_epoch"), resource: try stored.integer("resource_epoch")))
    }
}
