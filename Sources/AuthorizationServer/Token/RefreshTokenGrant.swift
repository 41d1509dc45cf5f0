package import JOSE
package import OAuth
package import Storage

/// The `refresh_token` grant (RFC 6749 §6, RFC 9700 §4.14): another access token, and the next refresh token.
struct RefreshTokenGrant: Sendable {
    let store: any RefreshTokenStore & SessionStore
    let revocations: RevocationList
    let tokens: AuthorizationTokens
    let refreshKeys: RefreshKeys
    let policy: ServerPolicy
    let remembered: RememberedFamilies
    let verified: VerifiedTokens

    /// A refresh token that is this client's, with all that is handed out for it.
    struct Prepared: Sendable {
        let token: RefreshToken
        let standing: RememberedFamilies.Entry
        /// Whether that was not asked of the store just now.
        let isRemembered: Bool
        /// How the family stands after its rotation.
        let next: RefreshFamily?
        /// `nil`: the token was spent, and the store says what becomes of its family.
        let struck: StruckTokens?
        let effects: RotationEffects

        var resource: ResourceIndicator? { struck?.facts.resource }
    }

    /// Changes nothing.
    nonisolated(nonsending) func prepare(
        _ parameters: RefreshTokenParameters, for client: AuthenticatedClient, _ call: TokenCall
    ) async throws -> Prepared {
        try client.check(mayUse: .refreshToken)
        let (token, entry, isRemembered) = try await genuine(parameters.refreshToken, client.id, at: call.now)
        do {
            return try await prepare(parameters, for: client, call, (token, entry, isRemembered))
        } catch let refusal as Rejection {
            guard isRemembered else { throw refusal }
            // What holds today may be more than what held when it was read.
            remembered.forget(token.grant)
            guard let entry = try await read(token.grant, at: call.now) else {
                throw Rejection.refreshTokenRefused(client.id, .unknown)
            }
            return try await prepare(parameters, for: client, call, (token, entry, false))
        }
    }

    private nonisolated(nonsending) func prepare(
        _ parameters: RefreshTokenParameters, for client: AuthenticatedClient, _ call: TokenCall,
        _ genuine: (token: RefreshToken, entry: RememberedFamilies.Entry, isRemembered: Bool)
    ) async throws -> Prepared {
        let now = call.now
        let (token, entry, isRemembered) = genuine
        let record = entry.record
        let authorization = record.authorization
        var next: RefreshFamily?
        func prepared(_ struck: StruckTokens?, notifies: Bool) async throws -> Prepared {
            let mails = notifies ? try await call.noticeOfTheft(authorization.subject, client.registration, now) : []
            return Prepared(
                token: token, standing: entry, isRemembered: isRemembered, next: next, struck: struck,
                effects: Self.effects(authorization, token, call.caller, mails, at: now))
        }
        switch record.family.judge(presenting: token.generation, under: policy.rotation, at: now) {
        case .late, .repeatedTooOften, .ended, .ahead: return try await prepared(nil, notifies: false)
        case .reused: return try await prepared(nil, notifies: true)
        case .rotate(let family): next = family
        case .repeat: break
        }
        let given = try standing(record, client, at: now)
        let struck = try await tokens.strike(
            given, for: client, TokenWish(resource: parameters.resource, scope: parameters.scope, nonce: nil),
            named: entry.names, at: now)
        // Without a window a token can turn from the head into a stolen one while this request runs.
        return try await prepared(struck, notifies: policy.rotation.window == 0)
    }

    /// Moves the family on, by one compare-and-set. Of many with the head one rotates; the others get its successor.
    ///
    /// `nil`: what the tokens were struck from is not so any more. Nothing was spent, and the store must be asked.
    nonisolated(nonsending) func spend(
        _ prepared: Prepared, for client: AuthenticatedClient, at now: NumericDate
    ) async throws -> Answered<TokenResponse>? {
        let record = prepared.standing.record
        let rotation = try await store.rotate(
            record, presenting: prepared.token.generation, under: policy.rotation, at: now, with: prepared.effects)
        func refused(_ fault: RefreshTokenFault) throws -> Answered<TokenResponse>? {
            // What was remembered cannot tell why; what the store says now can.
            guard !prepared.isRemembered else { return nil }
            throw Rejection.refreshTokenRefused(client.id, fault)
        }
        if case .rotated(let head) = rotation {
            let noted = await noteUse(of: record, at: now)
            let (answer, code) = try answer(prepared, head: head, "refreshed", client.id)
            if let next = prepared.next, next.head == head {
                remembered.keep(
                    prepared.standing, as: next, usingSessionAt: noted, code: code, names: prepared.struck?.names)
            }
            return answer
        }
        remembered.forget(record.family.grant)
        switch rotation {
        case .rotated(let head), .repeated(let head):
            return try answer(prepared, head: head, "refresh_repeated", client.id).answer
        case .changed: return nil
        case .late: return try refused(.late)
        case .repeatedTooOften: return try refused(.repeatedTooOften)
        case .ended: return try refused(.ended)
        case .missing: return try refused(.unknown)
        case .reused(let ended):
            revocations.apply(ended, at: now)
            throw Rejection.refreshTokenRefused(client.id, .reused)
        case .ahead(let ended):
            revocations.apply(ended, at: now)
            throw Rejection.refreshTokenRefused(client.id, .ahead)
        }
    }

    /// A person whose application works for them uses their session, browser or not. Noted as seldom as a browser's use,
    /// and never for offline access, which no session carries. Returns what was noted.
    private nonisolated(nonsending) func noteUse(of record: RefreshRecord, at now: NumericDate) async -> NumericDate? {
        guard let seen = record.sessionSeenAt, policy.people.isUseToBeNoted(since: seen, at: now) else { return nil }
        // A busy store costs the note, not the tokens: the next refresh writes it.
        do { try await store.touch(record.authorization.session, at: now) } catch { return nil }
        return now
    }

    private func answer(
        _ prepared: Prepared, head: Int64, _ decision: String, _ client: ClientID
    ) throws -> (answer: Answered<TokenResponse>, code: RefreshKey.Code) {
        guard let struck = prepared.struck else {
            // The clock stepped back between judging and rotating: as if it had come a moment later.
            throw Rejection.refreshTokenRefused(client, .late)
        }
        var response = struck.response
        let (token, code) = try refreshKeys.token(
            prepared.token.grant, generation: head, key: prepared.standing.key)
        response.refreshToken = token
        var facts = struck.facts
        facts.decision = decision
        verified.keep(struck)
        return (Answered(response, facts), code)
    }

    /// Whose token it is, and whether this issuer made it. What a stranger made up touches no family.
    private nonisolated(nonsending) func genuine(
        _ text: Secret, _ client: ClientID, at now: NumericDate
    ) async throws -> (token: RefreshToken, entry: RememberedFamilies.Entry, isRemembered: Bool) {
        guard let token = RefreshToken(text) else { throw Rejection.refreshTokenRefused(client, .unknown) }
        // Only for what goes well: whatever else a token may be, the store judges.
        let known = remembered.entry(of: token.grant, movedBy: token.generation)
        let entry = if let known { known } else { try await read(token.grant, at: now) as RememberedFamilies.Entry? }
        guard let entry, token.isGenuine(entry.key, known: entry.code) else {
            throw Rejection.refreshTokenRefused(client, .unknown)
        }
        guard entry.record.authorization.client == client else {
            throw Rejection.refreshTokenRefused(client, .ofAnotherClient)
        }
        return (token, entry, known != nil)
    }

    private nonisolated(nonsending) func read(
        _ grant: GrantID, at now: NumericDate
    ) async throws -> RememberedFamilies.Entry? {
        guard let record = try await store.refreshRecord(grant, at: now) else { return nil }
        return RememberedFamilies.Entry(record: record, key: try refreshKeys.key(of: record.family))
    }

    /// What the person's authorization is worth today: who gave it, in which session, with which consent.
    private func standing(
        _ record: RefreshRecord, _ client: AuthenticatedClient, at now: NumericDate
    ) throws(Rejection) -> Authorization {
        func refused(_ fault: RefreshTokenFault) -> Rejection { .refreshTokenRefused(client.id, fault) }
        let authorization = record.authorization
        guard !record.isEnded else { throw refused(.ended) }
        guard record.userMayAct else { throw refused(.userEnded) }
        guard record.sessionStands else { throw refused(.sessionEnded) }
        // The store leaves it to its callers. No use is ever taken back: what was in time when it was read still is.
        if let seen = record.sessionSeenAt, policy.people.isIdle(since: seen, at: now) { throw refused(.sessionEnded) }
        guard let remaining = client.standing(authorization, under: record.consent) else {
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

extension AuthenticatedClient {
    /// What of an authorization may be used under what the person agrees to today; `nil` if nothing. The operator's own
    /// applications need no consent.
    func standing(_ authorization: Authorization, under consent: Consent?) -> Authorization? {
        if registration.relyingParty?.isFirstParty == true { return authorization }
        guard let remaining = consent.map(authorization.covered(by:)),
            !remaining.identityScope.isEmpty || !remaining.resourceScopes.isEmpty,
            // Access that goes on after signing out was agreed to under this name (OpenID Core §11).
            !authorization.isOffline || remaining.identityScope.contains("offline_access")
        else { return nil }
        return remaining
    }
}

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
