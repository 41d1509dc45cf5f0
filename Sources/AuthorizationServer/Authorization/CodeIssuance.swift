import JOSE
import OAuth
import Storage

/// Turns a finished journey into an authorization with its code (RFC 6749 §4.1.2).
extension OpenIDProvider {
    func issueCode(
        _ journey: AuthorizationJourney, for person: SignedInPerson, browser: Browser, at now: NumericDate
    ) async throws -> AuthorizationStep {
        let request = journey.request
        let authorization = authorization(journey, person, at: now)
        let code = secrets.secret(.authorizationCode)
        let ended = try await store.insert(
            authorization,
            code: AuthorizationCode(
                hash: TokenHash(of: code), grant: authorization.id, redirectURI: request.target.redirectURI.rawValue,
                challenge: request.request.codeChallenge?.rawValue, expiresAt: now + .seconds(policy.codeLifetime)),
            under: AuthorizationTerms(
                pending: journey.pending?.hash, demandsConsent: !request.party.isFirstParty, basis: request.basis,
                limit: policy.authorizationsPerSession,
                replacement: personEvent("authorization.replaced", of: person.user.id, by: browser, at: now)),
            with: Effects([
                personEvent(
                    GivenAuthorizations.action, of: person.user.id, by: browser,
                    detail: GivenAuthorizations.mention(of: authorization), at: now)
            ]))
        // Spent by a second tab, or session or application ended at this moment: the person may start again.
        guard let ended else {
            recordRefusal(
                of: "authorization", reason: AuthorizationFault.gone.reason, client: request.client.id,
                caller: browser.caller, at: now)
            return .refuse(.gone)
        }
        revocations.apply(ended, at: now)
        return .respond(
            AuthorizationResponse(
                .code(code), to: request.target.redirectURI, mode: request.target.mode, state: request.target.state,
                from: issuer), clientName: request.client.name)
    }

    /// What people know a client by.
    func clientName(_ id: ClientID) async throws -> String? {
        guard case .client(let client)? = try await registry.owner(id) else { return nil }
        return client.name
    }

    /// The `claims` parameter without what the person unticked on its way.
    private func acceptedClaims(_ journey: AuthorizationJourney, by subject: Subject) -> String? {
        let unticked = journey.unticked(by: subject)
        guard let text = journey.request.request.claimsText, !unticked.isEmpty else {
            return journey.request.request.claimsText
        }
        return policy.people.claimMapping.request(text, without: unticked, for: journey.request.client.id)
    }

    private func authorization(
        _ journey: AuthorizationJourney, _ person: SignedInPerson, at now: NumericDate
    ) -> Authorization {
        let request = journey.request
        let granted = journey.granted(to: person.user.id)
        // Without refresh nothing can be had once the code is redeemed, but UserInfo reads it while a token lives.
        let isOffline = granted.identity.contains("offline_access")
        let lifetime =
            request.client.mayRefresh(granted.identity, isOffline: isOffline)
            ? policy.refreshLifetime : policy.codeLifetime + policy.maximumAccessTokenLifetime
        return Authorization(
            id: grantNames.next(at: now), client: request.client.id, subject: person.user.id,
            session: person.session.id, identityScope: granted.identity, resourceScopes: granted.resources,
            isOffline: isOffline, authenticatedAt: person.session.authenticatedAt,
            methods: person.session.methods,
            acr: person.session.methods.contains("pwd") ? RequestValidation.passwordContext : nil,
            nonce: request.request.nonce, claimsRequest: acceptedClaims(journey, by: person.user.id), createdAt: now,
            expiresAt: now + .seconds(lifetime))
    }
}
