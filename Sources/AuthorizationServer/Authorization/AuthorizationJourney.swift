import JOSE
import OAuth
import Storage

/// One authorization request with all that is known at this moment: who is at the browser, and what waits.
struct AuthorizationJourney: Sendable {
    let request: ValidatedAuthorizationRequest
    let person: SignedInPerson?
    let pending: PendingAuthorization?

    func state(consent: Consent?, pairwise: PairwiseSubjects) -> AuthorizationState {
        var state = AuthorizationState()
        let prompt = request.request.prompt
        state.isSilent = prompt.contains(.none)
        state.demandsSignIn = prompt.contains(.login) || prompt.contains(.selectAccount)
        state.demandsConsent = prompt.contains(.consent)
        state.maxAge = request.maxAge
        state.isUnreachable = request.isUnreachable
        state.decision = pending?.decision.map { $0.isGiven ? .given($0.subject) : .denied($0.subject) }
        guard let person else { return state }
        state.signedIn = AuthorizationState.SignedIn(
            subject: person.user.id, authenticatedAt: person.session.authenticatedAt,
            isFresh: pending?.freshSession == person.session.id)
        if let expected = request.expectedSubject {
            state.isSomebodyElse = pairwise.subject(person.user.id, for: request.client) != expected
        }
        state.isConsented = !asksEachTime && (request.party.isFirstParty || consent.map(isCovered) ?? false)
        return state
    }

    /// RFC 8252 §8.6: any program on the device could be behind the address, under the name of this one.
    private var asksEachTime: Bool {
        request.client.credentials.method == .none && request.target.redirectURI.isOnDevice
    }

    func isCovered(by consent: Consent) -> Bool {
        request.question.standing(consent) != nil
            && request.personalScope.isSubset(of: consent.identityScope)
            && request.resourceScopes.allSatisfy { resource, scope in
                consent.resourceScopes[resource].map { scope.isSubset(of: $0) } ?? false
            }
    }

    /// What is given: what the person ticked, or all that is asked for where nobody has to be asked.
    func granted(to subject: Subject) -> (identity: Scope, resources: [ResourceIndicator: Scope]) {
        guard let decision = pending?.decision, decision.isGiven, decision.subject == subject else {
            return (request.identityScope, request.resourceScopes)
        }
        var resources: [ResourceIndicator: Scope] = [:]
        for (resource, scope) in request.resourceScopes {
            let left = scope.intersection(decision.resourceScopes[resource] ?? .empty)
            if !left.isEmpty { resources[resource] = left }
        }
        return (request.identityScope.intersection(decision.identityScope), resources)
    }

    /// What the person was asked for about themselves and did not give.
    func unticked(by subject: Subject) -> Scope {
        guard let decision = pending?.decision, decision.isGiven, decision.subject == subject else { return .empty }
        return Scope(unchecked: request.personalScope.tokens.filter { !decision.identityScope.contains($0) })
    }

    var display: ClientDisplay {
        let redirectURI = request.target.redirectURI
        return ClientDisplay(request.client, host: redirectURI.isOnDevice ? nil : redirectURI.host)
    }

    func signInPrompt(_ handle: Secret, again user: User?) -> SignInPrompt {
        SignInPrompt(
            handle: handle, client: display, loginHint: request.request.loginHint,
            uiLocales: request.request.uiLocales, again: user.map { PersonDisplay($0) },
            redirectURI: request.target.redirectURI.rawValue)
    }
}

extension ValidatedAuthorizationRequest {
    /// What the person is asked.
    var question: ConsentQuestion {
        // What a client that registered itself changes about itself, nobody has vouched for and the person has not
        // seen.
        ConsentQuestion(
            client: client.id, identityScope: personalScope, resourceScopes: resourceScopes,
            countingFrom: party.isSelfRegistered ? client.updatedAt : nil)
    }
}
