package import Storage

extension InMemoryStore: AuditLog {
    package func append(_ events: [AuditEvent]) throws -> [Int64] {
        try write { contents in events.map { contents.append($0) } }
    }

    package func fold(_ additions: [AuditAddition]) throws {
        try write { contents in
            for addition in additions {
                // An event that was swept meanwhile has nothing to add to.
                guard let index = contents.events.firstIndex(where: { $0.id == addition.id }) else { continue }
                contents.events[index].count &+= addition.count
                contents.events[index].lastAt = max(contents.events[index].lastAt, addition.lastAt)
            }
        }
    }

    package func events(_ query: AuditQuery) throws -> [AuditEvent] {
        try read { contents in
            let matching = contents.events.filter(query.matches)
            let ordered = query.newestFirst ? matching.reversed() : matching
            return Array(ordered.prefix(min(max(1, query.limit), 1000)))
        }
    }
}

extension AuditQuery {
    fileprivate func matches(_ event: AuditEvent) -> Bool {
        if let afterID, newestFirst ? event.id >= afterID : event.id <= afterID { return false }
        if let action, event.action != action { return false }
        if let actor, event.actor != actor { return false }
        if let exceptActor, event.actor == exceptActor { return false }
        if let target, event.target != target { return false }
        // A folded event stands for all the time from `at` to `lastAt`.
        if let since, event.lastAt < since { return false }
        if let until, event.at >= until { return false }
        return true
    }
}
