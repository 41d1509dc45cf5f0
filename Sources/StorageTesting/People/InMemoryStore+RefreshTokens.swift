package import JOSE
package import OAuth
package import Storage

extension InMemoryStore: RefreshTokenStore {
    package func refreshRecord(_ grant: GrantID, at now: NumericDate) throws -> RefreshRecord? {
        try read { contents in
            guard let family = contents.people.families[grant], let entry = contents.people.authorizations[grant] else {
                return nil
            }
            let session =
                entry.authorization.isOffline ? nil : contents.liveSession(entry.authorization.session, at: now)
            return RefreshRecord(
                family: family, authorization: entry.authorization, isEnded: !contents.isAlive(entry, at: now),
                userMayAct: contents.mayAct(entry.authorization.subject),
                sessionStands: contents.sessionStands(for: entry.authorization, at: now),
                sessionSeenAt: session?.lastSeenAt,
                consent: contents.consent(behind: entry.authorization))
        }
    }

    package func rotate(
        _ grant: GrantID, presenting generation: Int64, under policy: RotationPolicy, at now: NumericDate,
        with effects: RotationEffects
    ) throws -> Rotation {
        try rotate(grant, on: nil, presenting: generation, under: policy, at: now, with: effects)
    }

    package func rotate(
        _ record: RefreshRecord, presenting generation: Int64, under policy: RotationPolicy, at now: NumericDate,
        with effects: RotationEffects
    ) throws -> Rotation {
        try rotate(
            record.family.grant, on: record.ground, presenting: generation, under: policy, at: now, with: effects)
    }

    private func rotate(
        _ grant: GrantID, on ground: GrantGround?, presenting generation: Int64, under policy: RotationPolicy,
        at now: NumericDate, with effects: RotationEffects
    ) throws -> Rotation {
        try write { contents in
            guard let family = contents.people.families[grant], let entry = contents.people.authorizations[grant] else {
                return .missing
            }
            let stands = ground == nil || ground == contents.ground(of: entry.authorization)
            guard contents.isAlive(entry, at: now), contents.mayAct(entry.authorization.subject),
                contents.sessionStands(for: entry.authorization, at: now)
            else { return .ended }
            switch family.judge(presenting: generation, under: policy, at: now) {
            case .rotate where !stands, .repeat where !stands: return .changed
            case .rotate(let next):
                contents.people.families[grant] = next
                return .rotated(head: next.head)
            case .repeat(let next):
                contents.people.families[grant] = next
                contents.record(effects.repeated)
                return .repeated(head: next.head)
            case .reused:
                let (ended, _) = contents.end(.grant(grant), because: .refreshTokenReused, at: now)
                contents.record(effects.reused)
                return .reused(ended)
            case .ahead:
                let (ended, _) = contents.end(.grant(grant), because: .storeRestored, at: now)
                contents.record(effects.ahead)
                return .ahead(ended)
            case .late: return .late
            case .repeatedTooOften: return .repeatedTooOften
            case .ended: return .ended
            }
        }
    }
}

extension InMemoryStore.Contents {
    func consent(behind authorization: Authorization) -> Consent? {
        people.consents[InMemoryStore.ConsentKey(subject: authorization.subject, client: authorization.client)]
    }

    /// What tokens of it rest on today.
    func ground(of authorization: Authorization) -> GrantGround {
        GrantGround(session: authorization.session, consent: consent(behind: authorization)?.ground)
    }
}
