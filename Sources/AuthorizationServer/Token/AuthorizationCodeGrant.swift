import Crypto
import JOSE
import OAuth
import Storage

/// The `authorization_code` grant (RFC 6749 §4.1.3): a client redeems what a person's browser brought it.
///
/// Everything is checked and struck before the code is spent, by one conditional write: what fails on the way costs
/// nobody anything, and a stranger who caught a code cannot spoil it for its owner.
struct AuthorizationCodeGrant: Sendable {
    let store: any AuthorizationStore & EndingStore
    let revocations: RevocationList
    let tokens: AuthorizationTokens
    let refreshKeys: RefreshKeys
    let verified: VerifiedTokens
    let policy: ServerPolicy
    let secrets: SecretGenerator

    /// A code that may be spent, with all that is handed out for it.
    struct Prepared: Sendable {
        let code: TokenHash
        let authorization: Authorization
        let ground: GrantGround
        let family: RefreshFamily?
        let struck: StruckTokens
    }

    /// Changes nothing, but for a replay by the code's own client, which ends what the code gave.
    func prepare(
        _ parameters: AuthorizationCodeParameters, for client: AuthenticatedClient, caller: Caller, at now: NumericDate
    ) async throws -> Prepared {
        try client.check(mayUse: .authorizationCode)
        let hash = TokenHash(of: parameters.code)
        guard let record = try await store.code(hash) else { throw Rejection.codeRefused(client.id, .unknown) }
        try check(record, parameters, client.id)
        guard !record.isEnded else { throw Rejection.codeRefused(client.id, .ended) }
        guard !record.isSpent else { throw try await replayed(record.authorization, client.id, caller, at: now) }
        guard now < record.code.expiresAt else { throw Rejection.codeRefused(client.id, .expired) }
        // The store leaves it to its callers, as with a refresh token. What was in time when it was read still is.
        if let seen = record.sessionSeenAt, policy.people.isIdle(since: seen, at: now) {
            throw Rejection.codeRefused(client.id, .ended)
        }

        // A code is worth no more than a refresh: what the person has unticked since is not given.
        guard let authorization = client.standing(record.authorization, under: record.consent) else {
            throw Rejection.codeRefused(client.id, .ended)
        }
        var struck = try await tokens.strike(
            authorization, for: client,
            TokenWish(resource: parameters.resource, scope: nil, nonce: authorization.nonce, answersCode: true),
            at: now)
        guard client.registration.mayRefresh(authorization) else {
            return Prepared(
                code: hash, authorization: authorization, ground: record.ground, family: nil, struck: struck)
        }
        let (key, sealed) = try refreshKeys.make(for: authorization.id, from: secrets)
        let family = RefreshFamily(
            grant: authorization.id, sealedKey: sealed, createdAt: now, idleLifetime: policy.refreshIdleLifetime,
            expiresAt: min(authorization.expiresAt, now + .seconds(policy.refreshLifetime)))
        struck.response.refreshToken = try refreshKeys.token(authorization.id, generation: family.head, key: key).token
        return Prepared(
            code: hash, authorization: authorization, ground: record.ground, family: family, struck: struck)
    }

    /// Spends the code. Of many, one gets its tokens.
    ///
    /// `nil`: what the tokens were struck from is not so any more. Nothing was spent, and the store must be asked.
    func spend(
        _ prepared: Prepared, for client: AuthenticatedClient, caller: Caller, at now: NumericDate
    ) async throws -> Answered<TokenResponse>? {
        switch try await store.redeem(prepared.code, on: prepared.ground, starting: prepared.family, at: now) {
        case .changed: return nil
        case .redeemed:
            verified.keep(prepared.struck)
            return Answered(prepared.struck.response, prepared.struck.facts)
        case .replayed: throw try await replayed(prepared.authorization, client.id, caller, at: now)
        case .ended: throw Rejection.codeRefused(client.id, .ended)
        case .missing: throw Rejection.codeRefused(client.id, .unknown)
        }
    }

    /// To whom and to what the code is bound.
    private func check(
        _ record: CodeRecord, _ parameters: AuthorizationCodeParameters, _ client: ClientID
    ) throws(Rejection) {
        guard record.authorization.client == client else { throw .codeRefused(client, .ofAnotherClient) }
        // RFC 6749 §4.1.3: the same address as in the request, which every request of ours had to name.
        guard let address = parameters.redirectURI, address.utf8.elementsEqual(record.code.redirectURI.utf8) else {
            throw .codeRefused(client, .redirectURIWrong)
        }
        guard let challenge = record.code.challenge else {
            // RFC 9700 §2.1.1: a verifier without a challenge is a downgraded request.
            guard parameters.codeVerifier == nil else { throw .codeRefused(client, .verifierUnexpected) }
            return
        }
        // RFC 7636 §4.6
        guard let verifier = parameters.codeVerifier else { throw .codeRefused(client, .verifierMissing) }
        guard let challenge = CodeChallenge(challenge), challenge.matches(verifier) else {
            throw .codeRefused(client, .verifierWrong)
        }
    }

    /// RFC 6749 §4.1.2: who brings a code twice may have lost it to somebody, so all that it gave ends.
    private func replayed(
        _ authorization: Authorization, _ client: ClientID, _ caller: Caller, at now: NumericDate
    ) async throws -> Rejection {
        let event = AuditEvent(
            at: now, action: "authorization_code.replayed", outcome: .refusal, actor: "client:\(client)",
            target: "user:\(authorization.subject)", address: caller.address, requestID: caller.requestID,
            detail: "authorization \(authorization.id) has ended")
        let ended = try await store.end(
            .grant(authorization.id), because: .codeReplayed, at: now, with: Effects([event]))
        revocations.apply(ended, at: now)
        return .codeRefused(client, .replayed)
    }
}

extension RegisteredClient {
    /// An OpenID client asks for `offline_access` (OpenID Core §11); for any other its registration is enough, and what
    /// it gets lives with the person's session.
    func mayRefresh(_ authorization: Authorization) -> Bool {
        mayRefresh(authorization.identityScope, isOffline: authorization.isOffline)
    }

    func mayRefresh(_ identityScope: Scope, isOffline: Bool) -> Bool {
        grantTypes.contains(.refreshToken) && (isOffline || !identityScope.contains("openid"))
    }
}
