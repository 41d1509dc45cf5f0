import GRDB
package import JOSE
package import OAuth
package import Storage

extension SQLiteStore: EndingStore {
    package func end(
        _ target: EndTarget, because reason: EndReason, at now: NumericDate, with effects: Effects
    ) async throws -> Ended {
        try await write { transaction in
            let (ended, hasChanged) = try transaction.end(target, because: reason, at: now)
            // What was judged before and is written after, such as a new address, is a change of another version.
            if case .subject(let subject, _) = target {
                try transaction.run("UPDATE user SET version = version + 1 WHERE id = ?1", .text(subject))
            }
            if hasChanged { try transaction.record(effects) }
            return ended
        }
    }

    package func endedGrants(
        since moment: NumericDate, forgettingAfter lifetime: Int64
    ) async throws -> [GrantID: NumericDate] {
        try await list { database in
            let rows = try SQLConnection(database).all(
                """
                SELECT id, ended_at FROM authorization WHERE ended_at > ?1
                UNION ALL SELECT id, ended_at FROM api_key WHERE ended_at > ?1
                """, [.date(moment)]
            ) { (try $0.identifier(0, GrantID.self), try $0.date(1) + .seconds(lifetime)) }
            return Dictionary(rows) { $1 }
        }
    }
}

extension WriteTransaction {
    /// The one way in which things end; says what ended, and whether anything changed at all.
    func end(
        _ target: EndTarget, because reason: EndReason, at now: NumericDate
    ) throws -> (ended: Ended, hasChanged: Bool) {
        var ended = Ended()
        ended.sessions = try endSessions(of: target, because: reason, at: now).sorted().map(SessionID.init(unchecked:))
        for id in ended.sessions { ended.logouts += try queueLogouts(of: id, at: now) }
        ended.grants = try endAuthorizations(of: target, because: reason, at: now).sorted()
            .map(GrantID.init(unchecked:))
        ended.logouts += try queueLogouts(of: target, ended, because: reason, at: now)
        ended.grants += try endKeys(of: target, because: reason, at: now).sorted().map(GrantID.init(unchecked:))
        if case .resource(let resource) = target {
            let withdrawn = try withdrawConsents(at: resource)
            return (ended, !ended.isEmpty || withdrawn > 0)
        }
        if case .subject(let subject, _) = target {
            let dropped = try dropPendingAddress(of: subject)
            return (ended, !ended.isEmpty || dropped > 0)
        }
        guard case .application(let subject, let client) = target else {
            return (ended, !ended.isEmpty || ended.logouts > 0)
        }
        let withdrawn = try run(
            "DELETE FROM consent WHERE subject = ?1 AND client = ?2", .text(subject), .text(client))
        // What the person said on a page before the end is worth nothing after it.
        try run(
            "DELETE FROM pending_authorization WHERE client = ?2 AND decision_subject = ?1", .text(subject),
            .text(client))
        return (ended, !ended.isEmpty || ended.logouts > 0 || withdrawn > 0)
    }

    /// Whoever was in the account may have asked for an address of their own: it must not become the account's once
    /// they are thrown out.
    private func dropPendingAddress(of subject: Subject) throws -> Int {
        try run(
            "UPDATE user SET pending_email = NULL, version = version + 1 WHERE id = ?1 AND pending_email IS NOT NULL",
            .text(subject))
    }

    private func endSessions(of target: EndTarget, because reason: EndReason, at now: NumericDate) throws -> [String] {
        switch target {
        case .session(let id):
            try texts(
                """
                UPDATE session SET ended_at = ?2, end_reason = ?3 WHERE id = ?1 AND ended_at IS NULL RETURNING id
                """, .text(id), .date(now), .text(reason.rawValue))
        case .subject(let subject, let kept):
            try texts(
                """
                UPDATE session SET ended_at = ?2, end_reason = ?3
                WHERE subject = ?1 AND id IS NOT ?4 AND ended_at IS NULL RETURNING id
                """, .text(subject), .date(now), .text(reason.rawValue), .text(kept?.rawValue))
        case .grant, .key, .application, .client, .resource: []
        }
    }

    private func endAuthorizations(
        of target: EndTarget, because reason: EndReason, at now: NumericDate
    ) throws -> [String] {
        let (moment, cause) = (SQLValue.date(now), SQLValue.text(reason.rawValue))
        return switch target {
        case .session(let id):
            try texts(
                """
                UPDATE authorization SET ended_at = ?2, end_reason = ?3
                WHERE session = ?1 AND is_offline = 0 AND ended_at IS NULL RETURNING id
                """, .text(id), moment, cause)
        case .grant(let id):
            try texts(
                """
                UPDATE authorization SET ended_at = ?2, end_reason = ?3 WHERE id = ?1 AND ended_at IS NULL RETURNING id
                """, .text(id), moment, cause)
        case .key: []
        case .application(let subject, let client):
            try texts(
                """
                UPDATE authorization SET ended_at = ?3, end_reason = ?4
                WHERE subject = ?1 AND client = ?2 AND ended_at IS NULL RETURNING id
                """, .text(subject), .text(client), moment, cause)
        case .subject(let subject, let kept):
            try texts(
                """
                UPDATE authorization SET ended_at = ?3, end_reason = ?4
                WHERE subject = ?1 AND session IS NOT ?2 AND ended_at IS NULL RETURNING id
                """, .text(subject), .text(kept?.rawValue), moment, cause)
        case .client(let id):
            try texts(
                """
                UPDATE authorization SET ended_at = ?2, end_reason = ?3
                WHERE client = ?1 AND ended_at IS NULL RETURNING id
                """, .text(id), moment, cause)
        case .resource(let resource):
            // Reads all that lives: resources are rarely deleted, and each sign-in would pay for an index. A line
            // begins with its resource; the same text may be a scope elsewhere.
            try texts(
                """
                UPDATE authorization SET ended_at = ?2, end_reason = ?3
                WHERE instr(char(10) || replace(resource_scopes, char(10), ' ' || char(10)) || ' ',
                        char(10) || ?1 || ' ') > 0
                    AND ended_at IS NULL RETURNING id
                """, .text(resource.rawValue), moment, cause)
        }
    }

    /// Takes what was agreed to at the resource out of the consents, and drops the answers that wait and give anything
    /// there; says how many consents there were.
    private func withdrawConsents(at resource: ResourceIndicator) throws -> Int {
        try run(
            """
            DELETE FROM pending_authorization
            WHERE instr(char(10) || replace(decision_resource_scopes, char(10), ' ' || char(10)) || ' ',
                char(10) || ?1 || ' ') > 0
            """, .text(resource.rawValue))
        let consents = try consents(at: resource)
        for var consent in consents {
            consent.resourceScopes[resource] = nil
            try remember(consent)
        }
        return consents.count
    }
}

extension WriteTransaction {
    /// Writes what goes along with a change.
    func record(_ effects: Effects) throws {
        for event in effects.events { try append(event) }
        for mail in effects.mails { try enqueue(mail) }
        for alarm in effects.alarms { try enqueue(alarm) }
    }
}
