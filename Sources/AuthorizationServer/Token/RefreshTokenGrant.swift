package import JOSE
package import OAuth
package import Storage

/// The `refresh_token` grant (RFC 6749 §6, RFC 9700 §4.14): another access token, and the next refresh token.
struct RefreshTokenGrant: Sendable {
    let store: any RefreshTokenStore
    let revocations: RevocationList
    let tokens: AuthorizationTokens
    let refreshKeys: RefreshKeys
    let policy: ServerPolicy

    /// A refresh token that is this client's, with all that is handed out for it.
    struct Prepared: Sendable {
        let token: RefreshToken
        let key: RefreshKey
        let family: RefreshFamily
        let authorization: Authorization
        /// `nil`: the token was spent, and the store says what becomes of its family.
        let struck: StruckTokens?
        let effects: RotationEffects

        var resource: ResourceIndicator? { struck?.facts.resource }
    }

    /// Changes nothing.
    func prepare(
        _ parameters: RefreshTokenParameters, for client: AuthenticatedClient, _ call: TokenCall
    ) async throws -> Prepared {
        let now = call.now
        try client.check(mayUse: .refreshToken)
        let (token, key, record) = try await genuine(parameters.refreshToken, client.id, at: now)
        let authorization = record.authorization
        func prepared(_ struck: StruckTokens?, notifies: Bool) async throws -> Prepared {
            let mails = notifies ? try await call.noticeOfTheft(authorization.subject, client.registration, now) : []
            return Prepared(
                token: token, key: key, family: record.family, authorization: authorization, struck: struck,
                effects: Self.effects(authorization, token, call.caller, mails, at: now))
        }
        switch record.family.judge(presenting: token.generation, under: policy.rotation, at: now) {
        case .late, .repeatedTooOften, .tooFast, .ended, .ahead: return try await prepared(nil, notifies: false)
        case .reused: return try await prepared(nil, notifies: true)
        case .rotate, .repeat: break
        }
        let given = try standing(record, client)
        let struck = try await tokens.strike(
            given, for: client, TokenWish(resource: parameters.resource, scope: parameters.scope, nonce: nil), at: now)
        // Without a window a token can turn from the head into a stolen one while this request runs.
        return try await prepared(struck, notifies: policy.rotation.window == 0)
    }

    /// Moves the family on, by one compare-and-set. Of many with the head one rotates; the others get its successor.
    func spend(
        _ prepared: Prepared, for client: AuthenticatedClient, at now: NumericDate
    ) async throws -> Answered<TokenResponse> {
        let rotation = try await store.rotate(
            prepared.family, presenting: prepared.token.generation, under: policy.rotation, at: now,
            with: prepared.effects)
        func refused(_ fault: RefreshTokenFault) -> Rejection { .refreshTokenRefused(client.id, fault) }
        switch rotation {
        case .rotated(let head): return try answer(prepared, head: head, "refreshed", client.id)
        case .repeated(let head): return try answer(prepared, head: head, "refresh_repeated", client.id)
        case .late: throw refused(.late)
        case .repeatedTooOften: throw refused(.repeatedTooOften)
        case .tooFast: throw refused(.tooFast)
        case .ended: throw refused(.ended)
        case .missing: throw refused(.unknown)
        case .reused(let ended):
            revocations.apply(ended, at: now)
            throw refused(.reused)
        case .ahead(let ended):
            revocations.apply(ended, at: now)
            throw refused(.ahead)
        }
    }

    private func answer(
        _ prepared: Prepared, head: Int64, _ decision: String, _ client: ClientID
    ) throws -> Answered<TokenResponse> {
        guard let struck = prepared.struck else {
            // The clock stepped back between judging and rotating: as if it had come a moment later.
            throw Rejection.refreshTokenRefused(client, .late)
        }
        var response = struck.response
        response.refreshToken = try refreshKeys.token(prepared.token.grant, generation: head, key: prepared.key)
        var facts = struck.facts
        facts.decision = decision
        return Answered(response, facts)
    }

    /// Whose token it is, and whether this issuer made it. What a stranger made up touches no family.
    private func genuine(
        _ text: Secret, _ client: ClientID, at now: NumericDate
    ) async throws -> (token: RefreshToken, key: RefreshKey, record: RefreshRecord) {
        guard let token = RefreshToken(text), let record = try await store.refreshRecord(token.grant, at: now) else {
            throw Rejection.refreshTokenRefused(client, .unknown)
        }
        let key = try refreshKeys.key(of: record.family)
        guard token.isGenuine(key) else {
            throw Rejection.refreshTokenRefused(client, .unknown)
        }
        guard record.authorization.client == client else {
            throw Rejection.refreshTokenRefused(client, .ofAnotherClient)
        }
        return (token, key, record)
    }

    /// What the person's authorization is worth today: who gave it, in which session, with which consent.
    private func standing(_ record: RefreshRecord, _ client: AuthenticatedClient) throws(Rejection) -> Authorization {
        func refused(_ fault: RefreshTokenFault) -> Rejection { .refreshTokenRefused(client.id, fault) }
        let authorization = record.authorization
        guard !record.isEnded else { throw refused(.ended) }
        guard record.userMayAct else { throw refused(.userEnded) }
        guard record.sessionStands else { throw refused(.sessionEnded) }
        if client.registration.relyingParty?.isFirstParty == true { return authorization }
        guard let consent = record.consent else { throw refused(.consentEnded) }
        let remaining = authorization.covered(by: consent)
        guard !remaining.identityScope.isEmpty || !remaining.resourceScopes.isEmpty else {
            throw refused(.consentEnded)
        }
        // Access that goes on after signing out was agreed to under this name (OpenID Core §11).
        guard !authorization.isOffline || remaining.identityScope.contains("offline_access") else {
            throw refused(.consentEnded)
        }
        return remaining
    }

    private static func effects(
        _ authorization: Authorization, _ token: RefreshToken, _ caller: Caller, _ mails: [MailItem],
        at now: NumericDate
    ) -> RotationEffects {
        @Sendable func event(_ action: String, _ outcome: AuditEvent.Outcome) -> AuditEvent {
            AuditEvent(
                at: now, action: action, outcome: outcome, actor: "client:\(authorization.client)",
                target: "user:\(authorization.subject)", address: caller.address, requestID: caller.requestID,
                detail: "authorization \(authorization.id), generation \(token.generation)")
        }
        return RotationEffects(
            repeated: Effects([event("refresh_token.repeated", .success)]),
            reused: Effects([event("refresh_token.reused", .refusal)], mails: mails),
            ahead: Effects([event("refresh_token.ahead", .refusal)]))
    }
}

/// Composes the mail that tells a person that a refresh token of theirs was used by somebody else.
package typealias NoticeOfTheft =
    @Sendable (_ person: Subject, _ client: RegisteredClient, _ now: NumericDate) async throws -> [MailItem]

extension Authorization {
    /// What of it a consent of today still covers.
    func covered(by consent: Consent) -> Authorization {
        guard consent.identityScope.tokens != identityScope.tokens || consent.resourceScopes != resourceScopes else {
            return self
        }
        var resources: [ResourceIndicator: Scope] = [:]
        for (resource, scope) in resourceScopes {
            guard let agreed = consent.resourceScopes[resource] else { continue }
            let left = scope.intersection(agreed)
            if !left.isEmpty || scope.isEmpty { resources[resource] = left }
        }
        return Authorization(
            id: id, client: client, subject: subject, session: session,
            identityScope: identityScope.intersection(consent.identityScope), resourceScopes: resources,
            isOffline: isOffline, authenticatedAt: authenticatedAt, methods: methods, acr: acr, nonce: nonce,
            claimsRequest: claimsRequest, createdAt: createdAt, expiresAt: expiresAt)
    }
}
