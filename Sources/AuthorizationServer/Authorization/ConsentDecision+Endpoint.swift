package import JOSE
package import OAuth
import Storage

/// What a person is asked, and what becomes of the answer.
extension OpenIDProvider {
    func consentPrompt(
        _ journey: AuthorizationJourney, _ user: User, _ consent: Consent?, _ handle: Secret
    ) async throws -> ConsentPrompt {
        let request = journey.request
        let agreed = request.question.standing(consent)
        var items = request.personalScope.tokens.map { scope in
            ConsentItem(
                scope: scope, isRequired: scope == "openid",
                isNew: agreed.map { !$0.identityScope.contains(scope) } ?? false)
        }
        for (resource, scope) in request.resourceScopes.sorted(by: { $0.key < $1.key }) {
            let known = try await registry.resource(identifiedBy: resource)
            items += scope.tokens.map { token in
                ConsentItem(
                    resource: resource, resourceName: known?.name, scope: token,
                    description: known?.scopeDescriptions[token],
                    isNew: agreed.map { $0.resourceScopes[resource]?.contains(token) != true } ?? false)
            }
        }
        let isOffline = request.identityScope.contains("offline_access")
        return ConsentPrompt(
            handle: handle, client: journey.display, person: PersonDisplay(user), items: items,
            accessDuration: isOffline ? policy.refreshLifetime : policy.people.sessionLifetime, isOffline: isOffline,
            uiLocales: request.request.uiLocales, redirectURI: request.target.redirectURI.rawValue)
    }

    /// Notes what the person chose for a request that waits, if it is one that may ask them. Nothing is given yet: the
    /// request goes on from there.
    package func decide(
        _ handle: Secret, _ choice: ConsentChoice, browser: Browser, at now: NumericDate
    ) async throws -> ConsentOutcome {
        guard case .success(let pending) = try await waiting(handle, browser: browser, at: now), pending.browser != nil
        else { return .gone }
        guard let person = try await session(of: browser, at: now) else { return .notSignedIn }
        guard
            case .valid(let request) = try await requestValidation.validate(
                FormParameters(pending.parameters), from: .resumed)
        else { return .gone }
        // What was said before, here or on the page of a second tab, is no reason not to hear what is said now: it may
        // be a no.
        let journey = AuthorizationJourney(request: request, person: person, pending: pending)
        var state = journey.state(consent: nil, pairwise: pairwise)
        state.decision = nil
        guard state.nextStep(at: now) == .askForConsent else { return .notAsked }
        let decision = Self.decision(choice, on: request, by: person.user.id)
        var effects = Effects([])
        if decision.isGiven {
            effects.events.append(
                personEvent(
                    "consent.given", of: person.user.id, by: browser,
                    detail: "\(ClientMention(request.client.id)) \(Self.words(decision))", at: now))
        } else {
            effects.events.append(
                personEvent(
                    "consent.denied", of: person.user.id, by: browser, detail: "\(ClientMention(request.client.id))",
                    at: now))
        }
        let isNoted = try await store.note(
            decision, for: pending.hash, remembering: request.question, judgedBy: request.basis, at: now,
            with: effects)
        return isNoted ? .noted : .gone
    }

    /// The ticked part of what was asked; nothing that a form made up.
    private static func decision(
        _ choice: ConsentChoice, on request: ValidatedAuthorizationRequest, by subject: Subject
    ) -> ConsentDecision {
        guard choice.isAllowed else { return ConsentDecision(subject: subject, isGiven: false) }
        let identity = request.personalScope.tokens.filter { $0 == "openid" || choice.items.contains($0) }
        var resources: [ResourceIndicator: Scope] = [:]
        for (resource, scope) in request.resourceScopes {
            let ticked = scope.tokens.filter { choice.items.contains(ConsentItem.id(resource, $0)) }
            if !ticked.isEmpty { resources[resource] = Scope(unchecked: ticked) }
        }
        return ConsentDecision(
            subject: subject, isGiven: !identity.isEmpty || !resources.isEmpty,
            identityScope: Scope(unchecked: identity), resourceScopes: resources)
    }

    private static func words(_ decision: ConsentDecision) -> String {
        let resources = decision.resourceScopes.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
        return ([decision.identityScope.description] + resources).filter { !$0.isEmpty }.joined(separator: "; ")
    }
}
