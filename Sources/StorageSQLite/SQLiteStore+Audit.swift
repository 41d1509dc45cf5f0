import GRDB
import JOSE
package import Storage

extension SQLiteStore: AuditLog {
    package func append(_ events: [AuditEvent]) async throws -> [Int64] {
        try await write { transaction in try events.map { try transaction.append($0) } }
    }

    package func fold(_ additions: [AuditAddition]) async throws {
        try await write { transaction in
            for addition in additions {
                try transaction.run(
                    "UPDATE audit_event SET count = count + ?2, last_at = max(last_at, ?3) WHERE id = ?1",
                    .integer(addition.id), .integer(addition.count), .date(addition.lastAt))
            }
        }
    }

    package func events(_ query: AuditQuery) async throws -> [AuditEvent] {
        try await list { database in
            var conditions: [String] = []
            var arguments: StatementArguments = []
            func demand(_ condition: String, _ value: (any DatabaseValueConvertible)?) {
                guard let value else { return }
                conditions.append(condition)
                arguments += [value]
            }
            demand(query.newestFirst ? "id < ?" : "id > ?", query.afterID)
            demand("action = ?", query.action)
            // Of many events by one actor few have a target, so with one, its index is the one to read: the sign keeps
            // SQLite from that of the actor.
            demand(query.target == nil ? "actor = ?" : "+actor = ?", query.actor)
            demand("actor <> ?", query.exceptActor)
            demand("target = ?", query.target)
            // A folded event stands for all the time from `at` to `last_at`.
            demand("last_at >= ?", query.since?.secondsSince1970)
            demand("at < ?", query.until?.secondsSince1970)
            arguments += [min(max(1, query.limit), 1000)]
            let filter = conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND ")
            let order = query.newestFirst ? "DESC" : "ASC"
            let sql = "SELECT * FROM audit_event \(filter) ORDER BY id \(order) LIMIT ?"
            return try Row.fetchAll(database, sql: sql, arguments: arguments).map(AuditEvent.init)
        }
    }
}

extension WriteTransaction {
    /// Adds an event to the transaction of the change that it speaks of.
    @discardableResult
    func append(_ event: AuditEvent) throws -> Int64 {
        try run(
            """
            INSERT INTO audit_event (at, action, outcome, actor, target, address, request_id, detail, count, last_at,
                decision)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
            """,
            .date(event.at), .text(event.action), .text(event.outcome.rawValue), .text(event.actor),
            .text(event.target),
            .text(event.address), .text(event.requestID), .text(event.detail), .integer(event.count),
            .date(event.lastAt), .text(event.decision))
        return lastInsertedID
    }
}

extension AuditEvent {
    fileprivate init(_ row: Row) throws {
        let row = StoredRow(row, of: "audit_event")
        self.init(
            id: try row.integer("id"), at: try row.date("at"), action: try row.text("action"),
            outcome: try row.choice("outcome"), actor: try row.text("actor"), target: try row.text("target"),
            address: try row.text("address"), requestID: try row.text("request_id"), detail: try row.text("detail"),
            count: try row.integer("count"), lastAt: try row.date("last_at"),
            decision: try row.text("decision"))
    }
}
