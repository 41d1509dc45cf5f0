package import JOSE
package import OAuth
import Risk
import Storage

/// The authorization endpoint (RFC 6749 §3.1, OpenID Core §3.1.2): from a request to a code, by way of a person.
extension OpenIDProvider {
    /// A request that a browser brings, with its parameters or with a reference to pushed ones (RFC 9126 §4).
    package func authorize(
        _ parameters: FormParameters, browser: Browser, at now: NumericDate
    ) async throws -> AuthorizationStep {
        var form = parameters
        var origin = RequestValidation.Origin.browser
        var isVouched = false
        if let handle = AuthorizationRequest.pushedHandle(parameters) {
            guard let pushed = try await takePushed(handle, client: parameters["client_id"], at: now) else {
                return refuse(.pushedRequestWrong, browser, form: parameters, at: now)
            }
            // All other parameters of the query are ignored: they were not authenticated.
            form = try FormParameters(pushed.parameters)
            origin = .resumed
            isVouched = pushed.origin.isVouched
        }
        return try await proceed(
            form, from: origin, pending: nil, isVouched: isVouched, browser: browser, at: now)
    }

    /// A request that a browser brings in a form that is refused as a whole, for `error`. Its client is told as of any
    /// other fault, unless it is in doubt who that is, or where (RFC 6749 §4.1.2.1).
    package func authorize(
        unreadable form: [UInt8], _ error: OAuthError, browser: Browser, at now: NumericDate
    ) async throws -> AuthorizationStep {
        guard let unreadable = AuthorizationRequestError(error, in: form),
            case .error(_, let client, let target) = try await requestValidation.place(unreadable)
        else { return refuse(.malformed(error), browser, at: now) }
        return try await respond(error, client, target, spending: nil, browser, at: now)
    }

    /// A request that waited, after a page did its work.
    package func resumeAuthorization(
        _ handle: Secret, browser: Browser, at now: NumericDate
    ) async throws -> AuthorizationStep {
        switch try await waiting(handle, browser: browser, at: now) {
        case .failure(let fault): return refuse(fault, browser, at: now)
        case .success(let pending) where pending.browser == nil:
            return try await bind(pending, to: browser, at: now)
        case .success(let pending):
            return try await proceed(
                FormParameters(pending.parameters), from: .resumed, pending: (pending, handle), browser: browser,
                at: now)
        }
    }

    /// The waiting request of this handle, if it belongs to this browser.
    func waiting(
        _ handle: Secret, browser: Browser, at now: NumericDate
    ) async throws -> Result<PendingAuthorization, AuthorizationFault> {
        guard let pending = try await store.pendingAuthorization(TokenHash(of: handle), at: now),
            !pending.origin.isPushed
        else { return .failure(.gone) }
        guard let owner = pending.browser else { return .success(pending) }
        // A handle that leaks, or that is sent to somebody, is of no use in another browser.
        guard let hash = browser.hash, owner == hash else { return .failure(.ofAnotherBrowser) }
        return .success(pending)
    }

    /// A request that came from another site by POST, without cookies, gets its browser when that brings them.
    private func bind(
        _ pending: PendingAuthorization, to browser: Browser, at now: NumericDate
    ) async throws -> AuthorizationStep {
        guard browser.hash != nil else { return refuse(.ofAnotherBrowser, browser, at: now) }
        guard let taken = try await store.take(pending.hash, at: now) else { return refuse(.gone, browser, at: now) }
        return try await wait(
            with: taken.parameters, client: taken.client, isVouched: taken.origin.isVouched, browser: browser, at: now)
    }

    private func takePushed(
        _ handle: Secret, client: String?, at now: NumericDate
    ) async throws -> PendingAuthorization? {
        let hash = TokenHash(of: handle)
        // RFC 9126 §2.2: bound to the client that pushed it; whoever else names it does not use it up.
        guard let pushed = try await store.pendingAuthorization(hash, at: now), pushed.origin.isPushed,
            pushed.client.rawValue == client
        else { return nil }
        return try await store.take(hash, at: now)
    }

    private func proceed(
        _ form: FormParameters, from origin: RequestValidation.Origin,
        pending: (request: PendingAuthorization, handle: Secret)?, isVouched: Bool = false, browser: Browser,
        at now: NumericDate
    ) async throws -> AuthorizationStep {
        switch try await requestValidation.validate(form, from: origin) {
        case .refuse(let fault): return refuse(fault, browser, form: form, at: now)
        case .error(let error, let client, let target):
            return try await respond(error, client, target, spending: pending?.request, browser, at: now)
        case .valid(let request):
            let journey = AuthorizationJourney(
                request: request, person: try await session(of: browser, at: now), pending: pending?.request)
            return try await step(
                journey, handle: pending?.handle, isVouched: isVouched, browser: browser, at: now)
        }
    }

    private func step(
        _ journey: AuthorizationJourney, handle: Secret?, isVouched: Bool, browser: Browser, at now: NumericDate
    ) async throws -> AuthorizationStep {
        let request = journey.request
        var consent: Consent?
        if let person = journey.person {
            consent = try await store.consent(of: person.user.id, to: request.client.id)
        }
        let next = journey.state(consent: consent, pairwise: pairwise).nextStep(at: now)
        switch (next, journey.person, handle) {
        case (.refuse(let code), _, _):
            return try await respond(
                OAuthError(code, code.explanation), request.client.id, request.target, spending: journey.pending,
                browser, at: now)
        case (.issueCode, let person?, _):
            return try await issueCode(journey, for: person, browser: browser, at: now)
        case (.authenticate(let again), let person, let handle?):
            return .signIn(journey.signInPrompt(handle, again: again ? person?.user : nil))
        case (.askForConsent, let person?, let handle?):
            return .consent(try await consentPrompt(journey, person.user, consent, handle))
        default:
            return try await wait(
                with: request.kept, client: request.client.id, isVouched: isVouched, browser: browser,
                at: now)
        }
    }

    private func wait(
        with parameters: [UInt8], client: ClientID, isVouched: Bool, browser: Browser, at now: NumericDate
    ) async throws -> AuthorizationStep {
        // One for each that its client pushed, whoever is at the browser: strangers nearby hold nobody up.
        if !isVouched {
            do { try admitWaiting(client, from: browser.caller, at: now) } catch {
                await record(error, of: "authorization", caller: browser.caller, at: now)
                throw error
            }
        }
        let handle = secrets.secret(.pendingAuthorization)
        try await store.insert(
            PendingAuthorization(
                hash: TokenHash(of: handle), origin: isVouched ? .vouched : .browser, browser: browser.hash,
                client: client,
                parameters: parameters, createdAt: now, expiresAt: now + .seconds(policy.pendingLifetime)),
            keeping: policy.waitingRequests)
        return .wait(handle: handle)
    }

    /// Anybody may cause a request to be stored, by a browser or as a public client; nobody may fill the disk with
    /// them.
    func admitWaiting(_ client: ClientID, from caller: Caller, at now: NumericDate) throws(Rejection) {
        if let seconds = waitingRequests.admit(caller.address, at: now) {
            throw .throttled(client, retryAfter: seconds)
        }
    }

    private func refuse(
        _ fault: AuthorizationFault, _ browser: Browser, form: FormParameters? = nil, at now: NumericDate
    ) -> AuthorizationStep {
        recordRefusal(
            of: "authorization", reason: fault.reason, client: fault.client, caller: browser.caller, at: now,
            evidence: fault.evidence(in: form))
        return .refuse(fault)
    }

    private func respond(
        _ error: OAuthError, _ client: ClientID, _ target: ResponseTarget, spending pending: PendingAuthorization?,
        _ browser: Browser, at now: NumericDate
    ) async throws -> AuthorizationStep {
        if let pending { _ = try await store.take(pending.hash, at: now) }
        recordRefusal(
            of: "authorization", reason: error.code.rawValue, client: client, caller: browser.caller, at: now,
            evidence: Evidence(error.description))
        return .respond(
            AuthorizationResponse(
                .error(error), to: target.redirectURI, mode: target.mode, state: target.state, from: issuer),
            clientName: try await clientName(client))
    }
}

extension OAuthError.Code {
    /// What the client is told about a step that could not be taken.
    fileprivate var explanation: String {
        switch self {
        case .accessDenied: "the person said no"
        case .loginRequired: "the person has to sign in"
        case .consentRequired: "the person has to be asked"
        case .unmetAuthenticationRequirements: "no sign-in here has the context class that is asked for"
        default: "the request cannot be granted"
        }
    }
}
