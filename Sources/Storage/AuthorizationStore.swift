package import JOSE
package import OAuth

/// What one person gave to one client in one run of the authorization endpoint; its code, refresh family and access
/// tokens hang from it.
package struct Authorization: Hashable, Sendable {
    package let id: GrantID
    package let client: ClientID
    package let subject: Subject
    /// Changes when the person signs in again in the same browser.
    package var session: SessionID
    /// Scopes about the person (`openid`, `profile`, …, `offline_access`), which no resource but this issuer reads.
    package let identityScope: Scope
    /// What was given at each protected resource.
    package let resourceScopes: [ResourceIndicator: Scope]
    /// Outlives the session, because `offline_access` was given.
    package let isOffline: Bool
    package let authenticatedAt: NumericDate
    package let methods: [String]
    package let acr: String?
    /// The `nonce` of the authentication request (OpenID Core §3.1.2.1), for each ID token.
    package let nonce: String?
    /// The `claims` parameter (OpenID Core §5.5) as it was accepted.
    package let claimsRequest: String?
    package let createdAt: NumericDate
    /// The first second at which nothing can be had from it any more.
    package let expiresAt: NumericDate

    package init(
        id: GrantID, client: ClientID, subject: Subject, session: SessionID, identityScope: Scope,
        resourceScopes: [ResourceIndicator: Scope], isOffline: Bool, authenticatedAt: NumericDate, methods: [String],
        acr: String?, nonce: String?, claimsRequest: String?, createdAt: NumericDate, expiresAt: NumericDate
    ) {
        self.id = id
        self.client = client
        self.subject = subject
        self.session = session
        self.identityScope = identityScope
        self.resourceScopes = resourceScopes
        self.isOffline = isOffline
        self.authenticatedAt = authenticatedAt
        self.methods = methods
        self.acr = acr
        self.nonce = nonce
        self.claimsRequest = claimsRequest
        self.createdAt = createdAt
        self.expiresAt = expiresAt
    }
}

/// An authorization code (RFC 6749 §4.1.2), by its hash.
package struct AuthorizationCode: Hashable, Sendable {
    package let hash: TokenHash
    package let grant: GrantID
    /// As the client sent it.
    package let redirectURI: String
    /// `nil` only for a client that is registered to go without (a confidential OpenID client that sends `nonce`).
    package let challenge: String?
    package let expiresAt: NumericDate
    package init(hash: TokenHash, grant: GrantID, redirectURI: String, challenge: String?, expiresAt: NumericDate) {
        self.hash = hash
        self.grant = grant
        self.redirectURI = redirectURI
        self.challenge = challenge
        self.expiresAt = expiresAt
    }
}

/// What has to hold for an authorization to be given, and what makes room for it; judged in the transaction that writes
/// it.
package struct AuthorizationTerms: Hashable, Sendable {
    /// What one client may hold in one session, unless an operator says otherwise.
    package static let usualLimit = 64

    /// The request that waited, which is spent.
    package var pending: TokenHash?
    /// The person's consent must cover what is given at this very moment; not so for an operator's own application.
    package var demandsConsent: Bool
    /// What the request was judged by and what must still be so; `nil`: the client need only be able to act.
    package var basis: JudgedRegistrations?
    /// Live authorizations of one client in one session, at most. Those that nobody redeemed make room first, and their
    /// events become a count (``GivenAuthorizations``); then the oldest, which end.
    package var limit: Int
    /// Written for each one that ends to make room, with its name as the detail.
    package var replacement: AuditEvent?

    package init(
        pending: TokenHash? = nil, demandsConsent: Bool = false, basis: JudgedRegistrations? = nil,
        limit: Int = usualLimit, replacement: AuditEvent? = nil
    ) {
        self.pending = pending
        self.demandsConsent = demandsConsent
        self.basis = basis
        self.limit = max(1, limit)
        self.replacement = replacement
    }
}

/// Codes and what they stand for. Reading changes nothing; ``redeem(_:starting:at:)`` is the only way to spend a code.
package protocol AuthorizationStore: Sendable {
    /// Stores the authorization with its code and spends the pending request it came from (if any), all or nothing.
    /// `nil`, and nothing stored, if that request is already spent or expired; if the session is over or not this
    /// person's; if the user or the client may not act any more; if what the request was judged by has changed; or if a
    /// consent is demanded and does not cover it (any more). The moment is `authorization.createdAt`.
    ///
    /// It takes the place of those of the same session and client whose codes expired unspent, and their events are
    /// counted together (``GivenAuthorizations``): a page that asks in a loop leaves nothing behind for each time.
    func insert(
        _ authorization: Authorization, code: AuthorizationCode, under terms: AuthorizationTerms, with effects: Effects
    ) async throws -> Ended?
    /// The code, spent or not, with its authorization, alive or not.
    func code(_ hash: TokenHash) async throws -> CodeRecord?
    /// Spends the code and stores the refresh family bought with it, both or neither. Judges in the same transaction
    /// that the authorization lives, that its session stands, that the user may act, and that what the tokens were
    /// struck from is still so (`nil`: they rest on nothing that may change). Idle time is the caller's to judge.
    ///
    /// A code needs its session for offline access, too: it buys an ID token, and the client may have been told already
    /// that this session is over.
    ///
    /// Of any number of concurrent calls for one code, exactly one returns ``Redemption/redeemed``.
    func redeem(
        _ hash: TokenHash, on ground: GrantGround?, starting family: RefreshFamily?, at now: NumericDate
    ) async throws -> Redemption
    /// An authorization that has not ended; whether its time is over is the caller's to judge.
    func authorization(_ id: GrantID) async throws -> Authorization?
    /// Live authorizations of a person, by client and newest first.
    func authorizations(of subject: Subject, at now: NumericDate) async throws -> [Authorization]
    /// Clients to which this person gave anything that has not ended, in order; also what nothing can be had from any more,
    /// as long as access tokens of it may live.
    func clients(givenBy subject: Subject) async throws -> [ClientID]
    /// Clients that were ever given anything in this session, in order: those that hear of its logout.
    func clients(inSession id: SessionID) async throws -> [ClientID]
    func endReason(of grant: GrantID) async throws -> EndReason?
}

extension AuthorizationStore {
    /// The same for what rests on nothing that may change.
    package func redeem(
        _ hash: TokenHash, starting family: RefreshFamily?, at now: NumericDate
    ) async throws -> Redemption {
        try await redeem(hash, on: nil, starting: family, at: now)
    }

    /// The same under the usual terms; whether it was stored.
    package func insert(
        _ authorization: Authorization, code: AuthorizationCode, spending pending: TokenHash?, with effects: Effects
    ) async throws -> Bool {
        let terms = AuthorizationTerms(pending: pending)
        return try await insert(authorization, code: code, under: terms, with: effects) != nil
    }
}

/// A code with all that its redemption is judged by.
package struct CodeRecord: Hashable, Sendable {
    package let code: AuthorizationCode
    package let authorization: Authorization
    package let isSpent: Bool
    package let isEnded: Bool
    /// When the session that the authorization was given in was used last; idle time is the caller's to judge. `nil`
    /// for offline access, and if that session has ended.
    package let sessionSeenAt: NumericDate?
    /// What the person agrees to today; `nil` without a consent.
    package let consent: Consent?
    /// What may have changed when the code is spent.
    package let ground: GrantGround
    package init(
        code: AuthorizationCode, authorization: Authorization, isSpent: Bool, isEnded: Bool,
        sessionSeenAt: NumericDate? = nil, consent: Consent? = nil, ground: GrantGround? = nil
    ) {
        self.consent = consent
        self.ground = ground ?? GrantGround(session: authorization.session, consent: consent?.ground)
        self.code = code
        self.authorization = authorization
        self.isSpent = isSpent
        self.isEnded = isEnded
        self.sessionSeenAt = sessionSeenAt
    }
}

/// How spending a code ended. `.ended`: its authorization, session or user may not act any more. `.missing`: there is
/// no such code, or it expired unspent. `.replayed`: it was spent before, and nothing more follows from that here.
/// `.changed`: nothing was spent, since what the tokens were struck from is not so any more.
package enum Redemption: Hashable, Sendable { case redeemed, replayed, ended, missing, changed }

/// What a person agreed to, remembered so that they are not asked twice.
package struct Consent: Hashable, Sendable {
    package let subject: Subject
    package let client: ClientID
    package var identityScope: Scope
    package var resourceScopes: [ResourceIndicator: Scope]
    package let givenAt: NumericDate
    package var updatedAt: NumericDate
    package init(
        subject: Subject, client: ClientID, identityScope: Scope, resourceScopes: [ResourceIndicator: Scope],
        givenAt: NumericDate, updatedAt: NumericDate? = nil
    ) {
        self.subject = subject
        self.client = client
        self.identityScope = identityScope
        self.resourceScopes = resourceScopes
        self.givenAt = givenAt
        self.updatedAt = updatedAt ?? givenAt
    }
}

extension Consent {
    /// Whether the person agreed to all of it.
    package func covers(_ authorization: Authorization) -> Bool {
        authorization.identityScope.isSubset(of: identityScope)
            && authorization.resourceScopes.allSatisfy { resource, scope in
                resourceScopes[resource].map { scope.isSubset(of: $0) } ?? scope.isEmpty
            }
    }

    /// All that was agreed to, in one text of which there is one for each consent.
    package var ground: String { identityScope.description + "\n\n" + resourceScopes.lines }
}

extension [ResourceIndicator: Scope] {
    /// A line for each resource, in order: neither a resource nor a scope holds a space or the end of a line.
    package var lines: String {
        sorted { $0.key < $1.key }.map { resource, scope in
            ([resource.rawValue] + scope.tokens).joined(separator: " ")
        }.joined(separator: "\n")
    }
}

/// Consents, one for each person and client. They are withdrawn by ending the application (``EndingStore``).
package protocol ConsentStore: Sendable {
    func consent(of subject: Subject, to client: ClientID) async throws -> Consent?
    func consents(of subject: Subject) async throws -> [Consent]
    /// Replaces what was agreed before.
    func give(_ consent: Consent, with effects: Effects) async throws
}
