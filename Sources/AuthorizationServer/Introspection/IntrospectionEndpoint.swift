import JOSE
import OAuth
import Storage

/// The introspection endpoint (RFC 7662): tells a protected resource about the tokens that are meant for it.
struct IntrospectionEndpoint: Sendable {
    let authenticator: ClientAuthenticator
    let reader: @Sendable () -> AccessTokenReader
    let keys: APIKeyCheck
    let revocations: RevocationList
    let allowsKeys: Bool

    func respond(
        to presented: PresentedToken, from credentials: ClientCredentials, caller: Caller, at now: NumericDate
    ) async throws -> Answered<IntrospectionResponse> {
        let owner = try await authenticator.confidentialOwner(credentials, caller: caller, at: now)
        guard case .resource(let resource) = owner else {
            // RFC 7662 §4: whoever is no resource learns nothing, not even whether the token exists.
            return Answered(.inactive, DecisionFacts("not_a_resource", client: owner.id))
        }
        let identifier = resource.registration.identifier
        if presented.token.revealedValue.hasPrefix(SecretText.Kind.apiKey.prefix) {
            return try await respond(toKey: presented, from: identifier, at: now)
        }
        do {
            let claims = try reader().read(presented.token, at: now)
            var facts = DecisionFacts(
                "active", client: claims.clientID, resource: identifier, grant: claims.grant, tokenID: claims.tokenID)
            guard claims.audience.contains(identifier) else {
                facts.decision = "audience_wrong"
                return Answered(.inactive, facts)
            }
            return Answered(.active(claims), facts)
        } catch {
            var facts = DecisionFacts("token_\(error.fault.rawValue)", resource: identifier)
            if let claims = error.claims {
                facts.client = claims.clientID
                facts.grant = claims.grant
                facts.tokenID = claims.tokenID
            }
            return Answered(.inactive, facts)
        }
    }

    /// An API key that is good at the resource is told of like a token.
    ///
    /// - Throws: ``APIKeyRefusal``, which the resource learns nothing of.
    private func respond(
        toKey presented: PresentedToken, from identifier: ResourceIndicator, at now: NumericDate
    ) async throws -> Answered<IntrospectionResponse> {
        let key = try await keys.key(presented.token, at: now)
        let accepted = try await keys.accept(key, at: identifier, from: presented.callerAddress)
        guard key.isDirect, allowsKeys else { throw APIKeyRefusal(.directUseForbidden, key) }
        // The resource remembers the answer for a while, and hears when it is no longer true.
        guard revocations.note(accepted, at: now) else { throw APIKeyRefusal(.ended, key) }
        try await keys.use(key, isCounted: !presented.isStanding, at: now)
        let claims = APIKeyClaims(
            issuer: reader().issuer.rawValue, id: key.id.rawValue, subject: accepted.subject,
            clientID: accepted.client, audience: identifier, scope: accepted.scope, issuedAt: key.createdAt,
            expiresAt: key.expiresAt, isMetered: key.quota != nil)
        return Answered(
            .activeKey(claims),
            DecisionFacts("active_key", client: accepted.client, resource: identifier, grant: key.id))
    }
}
