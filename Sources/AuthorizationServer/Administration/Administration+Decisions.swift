package import JOSE

extension Administration {
    /// The refusals that are remembered, newest first.
    package func decisions(
        _ query: DecisionQuery, by administrator: Administrator, at now: NumericDate
    ) throws(AdministrationError) -> [Decision] {
        try demand(.read, of: administrator, at: now)
        _ = try pageSize(query.limit)
        return provider.decisions.decisions(query, at: now)
    }

    /// One refusal, by its own name or by that of its request.
    package func decision(
        _ name: String, by administrator: Administrator, at now: NumericDate
    ) throws(AdministrationError) -> Decision {
        try demand(.read, of: administrator, at: now)
        guard let found = provider.decisions.decision(named: name, at: now) else {
            throw .missing("decision: nothing was refused under this name, or it is forgotten")
        }
        return found
    }
}
