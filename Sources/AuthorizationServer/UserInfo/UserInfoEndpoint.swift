package import JOSE
package import OAuth
import Storage

/// What the UserInfo endpoint answers (OpenID Core §5.3.2).
package enum UserInfoResponse: Sendable {
    /// JSON
    case claims([UInt8])
    /// A JWT
    case signed(String)
}

/// The UserInfo endpoint (OpenID Core §5.3): who the person is, as far as they let this client know.
struct UserInfoEndpoint: Sendable {
    let issuer: Issuer
    let store: any PersonStore
    let registry: Registry
    let keys: KeyKeeper
    let pairwise: PairwiseSubjects
    let identity: IdentityClaims
    let verified: VerifiedTokens
    let reader: @Sendable () -> AccessTokenReader
    let mint: @Sendable (NumericDate) -> TokenMint

    nonisolated(nonsending) func respond(
        to token: Secret, at now: NumericDate
    ) async throws -> Answered<UserInfoResponse> {
        let claims = try read(token, at: now)
        let here = ResourceIndicator(unchecked: issuer.url(of: .userInfo))
        guard claims.audience.contains(here) else { throw Rejection.audienceWrong(claims.clientID, claims.tokenID) }
        guard claims.scope.contains("openid") else {
            throw Rejection.rightMissing(claims.clientID, required: "openid")
        }
        guard let person = try await store.person(behind: claims.grant) else {
            let isAlive = try await store.authorization(claims.grant).map { now < $0.expiresAt } ?? false
            throw Rejection.tokenNotAccepted(isAlive ? .subjectEnded : .grantEnded)
        }
        let user = person.user
        guard now < person.expiresAt else { throw Rejection.tokenNotAccepted(.grantEnded) }
        guard user.mayAct else { throw Rejection.tokenNotAccepted(.subjectEnded) }
        guard case .client(let client)? = try await registry.owner(claims.clientID), client.isEnabled,
            let party = client.relyingParty
        else { throw Rejection.tokenNotAccepted(.clientEnded) }
        let answer = UserInfoClaims(
            subject: pairwise.subject(user.id, for: client),
            personal: identity.forUserInfo(person, to: party, scope: claims.scope))
        let facts = DecisionFacts(
            "user_info", client: client.id, resource: here, grant: claims.grant, tokenID: claims.tokenID)
        guard let algorithm = party.userInfoAlgorithm else { return Answered(.claims(answer.json), facts) }
        try await keys.ensureSigner(algorithm, at: now)
        let mint = mint(now)
        let key = try mint.signer(algorithm, after: party.formerUserInfoAlgorithm)
        return Answered(.signed(try mint.userInfo(answer, for: client.id, by: key)), facts)
    }

    /// A token whose signature is known is judged anew in everything else.
    private func read(_ token: Secret, at now: NumericDate) throws(Rejection) -> AccessTokenClaims {
        let reader = reader()
        let fingerprint = VerifiedTokens.Fingerprint(token)
        do {
            if let claims = verified.claims(of: fingerprint, keys: reader.keys.version) {
                try reader.judge(claims, at: now)
                return claims
            }
            let claims = try reader.read(token, at: now)
            verified.keep(claims, of: fingerprint, keys: reader.keys.version)
            return claims
        } catch {
            throw .tokenNotAccepted(error.fault)
        }
    }
}

extension OpenIDProvider {
    /// What a token says whose signature need not be checked, since it was made or checked here a moment ago. It is not
    /// asked whether that token is still alive.
    package func remembered(_ token: Secret) -> AccessTokenClaims? {
        userInfoEndpoint.verified.claims(of: VerifiedTokens.Fingerprint(token), keys: keyRing.snapshot.version)
    }

    /// The claims about the person behind an access token.
    package nonisolated(nonsending) func userInfo(
        _ token: Secret, caller: Caller, at now: NumericDate
    ) async throws -> Answered<UserInfoResponse> {
        do {
            return try await userInfoEndpoint.respond(to: token, at: now)
        } catch let rejection as Rejection {
            let here = ResourceIndicator(unchecked: issuer.url(of: .userInfo))
            await record(rejection, of: "userinfo", .access(token, at: here), caller: caller, at: now)
            await notice(keyIn: token, at: "userinfo", caller: caller, now: now)
            throw rejection
        }
    }
}
