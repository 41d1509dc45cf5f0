import GRDB
package import Storage

extension SQLiteStore: UsageStore {
    package func add(_ counts: [UsageKey: Int64]) async throws {
        guard !counts.isEmpty else { return }
        try await write { transaction in
            for (key, count) in counts {
                try transaction.run(
                    """
                    INSERT INTO usage_counter (minute, client, resource, kind, count) VALUES (?1, ?2, ?3, ?4, ?5)
                    ON CONFLICT (minute, client, resource, kind) DO UPDATE SET count = count + excluded.count
                    """,
                    .integer(key.minute), .text(key.client), .text(key.resource), .text(key.kind.rawValue),
                    .integer(count))
            }
        }
    }

    package func usage(
        of client: String?, minutes range: Range<Int64>, limit: Int
    ) async throws -> [(key: UsageKey, count: Int64)] {
        try await list { database in
            var arguments: StatementArguments = [range.lowerBound, range.upperBound]
            if let client { arguments += [client] }
            arguments += [max(0, limit)]
            let sql = """
                SELECT * FROM usage_counter WHERE minute >= ? AND minute < ? \(client == nil ? "" : "AND client = ?")
                ORDER BY minute, client, resource, kind LIMIT ?
                """
            return try Row.fetchAll(database, sql: sql, arguments: arguments).map { row in
                let row = StoredRow(row, of: "usage_counter")
                let key = UsageKey(
                    client: try row.text("client"), resource: try row.text("resource"),
                    minute: try row.integer("minute"),
                    kind: try row.choice("kind"))
                return (key, try row.integer("count"))
            }
        }
    }
}
