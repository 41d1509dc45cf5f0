import JOSE
import OAuth
import Storage

/// The revocation endpoint (RFC 7009): a client ends a token of its own, at once and everywhere here.
struct RevocationEndpoint: Sendable {
    let authenticator: ClientAuthenticator
    let reader: @Sendable () -> AccessTokenReader
    let store: any RevocationStore & RefreshTokenStore & EndingStore
    let revocations: RevocationList
    let refreshKeys: RefreshKeys

    func respond(
        to presented: PresentedToken, from credentials: ClientCredentials, caller: Caller, at now: NumericDate
    ) async throws -> Answered<Void> {
        let client = try await authenticator.client(credentials, caller: caller, at: now)
        if let token = RefreshToken(presented.token) {
            return try await revoke(token, of: client.id, caller: caller, at: now)
        }
        let claims: AccessTokenClaims
        do {
            claims = try reader().genuine(presented.token)
        } catch {
            // RFC 7009 §2.2: an unknown token is as good as revoked.
            return Answered((), DecisionFacts("unknown_token", client: client.id))
        }
        guard claims.clientID == client.id else {
            throw Rejection.tokenOfAnotherClient(client.id, claims.tokenID)
        }
        let facts = DecisionFacts(
            "revoked", client: client.id, resource: claims.audience.first, grant: claims.grant, tokenID: claims.tokenID)
        guard now < claims.expiresAt, revocations.fault(in: claims) == nil else {
            return Answered((), facts)
        }
        try await end(claims, caller: caller, at: now)
        return Answered((), facts)
    }

    private func end(_ claims: AccessTokenClaims, caller: Caller, at now: NumericDate) async throws {
        var event = AuditEvent(
            at: now, action: "token.revoked", actor: "client:\(claims.clientID)", target: "token:\(claims.tokenID)",
            address: caller.address, requestID: caller.requestID)
        guard revocations.budget.wait(for: claims.grant, at: now) == nil else {
            event.action = "grant.tokens_revoked"
            event.target = "grant:\(claims.grant)"
            event.detail = "too many tokens were revoked one by one"
            return revocations.apply(
                try await store.advance([.grant(claims.grant)], recording: event), at: now)
        }
        revocations.budget.spend(claims.grant, at: now)
        let ended = EndedToken(
            until: claims.expiresAt + .seconds(ServerPolicy.revocationAllowance), audience: claims.audience)
        _ = try await store.revoke(claims.tokenID, ended, recording: event)
        revocations.revoke(claims.tokenID, ended)
    }

    /// RFC 7009 §2.1: with a refresh token ends all that hangs from its grant, whichever generation it is.
    private func revoke(
        _ token: RefreshToken, of client: ClientID, caller: Caller, at now: NumericDate
    ) async throws -> Answered<Void> {
        guard let record = try await store.refreshRecord(token.grant, at: now),
            token.isGenuine(try refreshKeys.key(of: record.family))
        else { return Answered((), DecisionFacts("unknown_token", client: client)) }
        guard record.authorization.client == client else {
            throw Rejection.tokenOfAnotherClient(client, TokenID(unchecked: token.grant.rawValue))
        }
        let event = AuditEvent(
            at: now, action: "refresh_token.revoked", actor: "client:\(client)",
            target: "user:\(record.authorization.subject)", address: caller.address, requestID: caller.requestID,
            detail: "authorization \(token.grant) has ended")
        let ended = try await store.end(.grant(token.grant), because: .tokenRevoked, at: now, with: Effects([event]))
        revocations.apply(ended, at: now)
        return Answered((), DecisionFacts("revoked", client: client, grant: token.grant))
    }
}
