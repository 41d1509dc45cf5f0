package import JOSE
package import OAuth
package import Storage

/// An initial access token, as an administrator asks for it.
package struct InitialAccessDraft: Sendable {
    /// How many clients may be registered with it; `nil`: one.
    package var uses: Int64?
    /// Seconds; `nil`: an hour.
    package var lifetime: Int64?
    package var problems: [Problem]

    package init(uses: Int64? = nil, lifetime: Int64? = nil, problems: [Problem] = []) {
        self.uses = uses
        self.lifetime = lifetime
        self.problems = problems
    }
}

/// An initial access token and the only copy of its text.
package struct NewInitialAccess: Sendable {
    package let stored: InitialAccessToken
    package let secret: Secret
}

extension Administration {
    private static let maximumUses: Int64 = 1000
    /// 30 days, in seconds.
    private static let maximumLifetime: Int64 = 30 * 86_400

    /// Makes a token with which clients register themselves (RFC 7591 §3).
    package func createInitialAccess(
        _ draft: InitialAccessDraft, by administrator: Administrator, at now: NumericDate
    ) async throws -> NewInitialAccess {
        try demand(.write, of: administrator, at: now)
        let uses = draft.uses ?? 1
        let lifetime = draft.lifetime ?? 3600
        var check = DraftCheck(draft.problems)
        if !(1...Self.maximumUses).contains(uses) { check.report("uses", "must be 1 to \(Self.maximumUses)") }
        if !(60...Self.maximumLifetime).contains(lifetime) {
            check.report("expires_in", "must be 60 to \(Self.maximumLifetime) seconds")
        }
        try check.finish()
        let secret = provider.secrets.secret(.initialAccess)
        let token = InitialAccessToken(
            id: provider.secrets.identifier(prefix: "i_"), hash: TokenHash(of: secret), usesLeft: Int(uses),
            createdAt: now, expiresAt: now + .seconds(lifetime))
        let event = event(
            "registration_token.created", on: "registration_token:\(token.id)", detail: "for \(uses) clients",
            by: administrator, at: now)
        guard try await store.insert(token, most: RegistrationPolicy.maximumTokens, recording: event) else {
            throw AdministrationError.conflict("there are too many such tokens; wait until some have expired")
        }
        return NewInitialAccess(stored: token, secret: secret)
    }

    /// The tokens, without what they are made of: that is known to nobody but whoever has them.
    package func initialAccess(
        after id: String?, limit: Int, by administrator: Administrator, at now: NumericDate
    ) async throws -> [InitialAccessToken] {
        try demand(.read, of: administrator, at: now)
        return try await store.initialAccessTokens(after: id, limit: try pageSize(limit))
    }

    /// Ends a token; the clients that registered with it stay.
    package func deleteInitialAccess(
        _ id: String, by administrator: Administrator, at now: NumericDate
    ) async throws {
        try demand(.write, of: administrator, at: now)
        let event = event("registration_token.deleted", on: "registration_token:\(id)", by: administrator, at: now)
        guard try await store.deleteInitialAccessToken(id, recording: event) else {
            throw AdministrationError.missing("registration token")
        }
    }
}
