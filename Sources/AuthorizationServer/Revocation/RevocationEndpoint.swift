import JOSE
import OAuth
import Storage

/// The revocation endpoint (RFC 7009): a client ends a token of its own, at once and everywhere here.
struct RevocationEndpoint: Sendable {
    let authenticator: ClientAuthenticator
    let reader: @Sendable () -> AccessTokenReader
    let store: any RevocationStore
    let revocations: RevocationList

    func respond(
        to presented: PresentedToken, from credentials: ClientCredentials, caller: Caller, at now: NumericDate
    ) async throws -> Answered<Void> {
        let client = try await authenticator.client(credentials, caller: caller, at: now)
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
        _ = try await store.revoke(
            claims.tokenID, until: claims.expiresAt,
            recording: AuditEvent(
                at: now, action: "token.revoked", actor: "client:\(client.id)", target: "token:\(claims.tokenID)",
                address: caller.address, requestID: caller.requestID))
        revocations.revoke(claims.tokenID, until: claims.expiresAt)
        return Answered((), facts)
    }
}
