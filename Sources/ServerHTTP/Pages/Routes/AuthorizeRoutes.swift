import AuthorizationServer
import JOSE
import OAuth

/// `GET` and `POST /authorize`: where clients send people, and where every page returns to (RFC 6749 §3.1).
struct AuthorizeRoutes: Sendable {
    let site: PageSite

    /// The longest query that a posted request is turned into, within what a request line may hold.
    static let maximumQuery = 6_144

    var routes: [PagePath: [RequestMethod: Route.Action]] {
        [.authorize: [.get: site.shows(get), .head: PageSite.head, .post: site.shows(post)]]
    }

    @Sendable
    private func get(_ visit: PageVisit) async throws -> ServerResponse {
        let parameters: FormParameters
        do { parameters = try visit.query() } catch {
            return try await unreadable(Array((visit.request.query ?? "").utf8), error, visit)
        }
        if parameters.names == ["resume"] {
            guard let handle = PageSecret.handle(parameters["resume"]) else { return gone(visit) }
            return answer(
                try await visit.provider.resumeAuthorization(handle, browser: visit.browser, at: visit.now), visit)
        }
        return answer(
            try await visit.provider.authorize(parameters, browser: visit.browser, at: visit.now), visit)
    }

    /// OpenID Core §3.1.2.1 asks for `POST`, which comes from another site and so without cookies (`SameSite=Lax`): the
    /// browser is sent on with the same parameters, and brings its cookies. No form token: nothing is changed.
    @Sendable
    private func post(_ visit: PageVisit) async throws -> ServerResponse {
        guard visit.isForm else { return refused(visit, reason: "malformed") }
        let parameters: FormParameters
        do { parameters = try visit.form(repeating: ["resource"]) } catch {
            return try await unreadable(visit.request.body, error, visit.isNew ? visit.unnamed : visit)
        }
        guard visit.isNew else {
            return answer(
                try await visit.provider.authorize(parameters, browser: visit.browser, at: visit.now), visit)
        }
        guard let query = Self.query(visit.request.body) else {
            // Too long for an address: it waits for its browser.
            let visit = visit.unnamed
            return answer(
                try await visit.provider.authorize(parameters, browser: visit.browser, at: visit.now), visit)
        }
        var headers = HeaderFields()
        headers.append("location", visit.path(.authorize, query: query))
        headers.append("cache-control", "no-store")
        return ServerResponse(status: 303, headers: headers, facts: RequestFacts(decision: "posted"))
    }

    /// A parameter that is repeated or badly encoded is a matter between client and server, not the person's.
    private func unreadable(
        _ form: [UInt8], _ error: OAuthError, _ visit: PageVisit
    ) async throws -> ServerResponse {
        answer(
            try await visit.provider.authorize(unreadable: form, error, browser: visit.browser, at: visit.now), visit)
    }

    /// A form as it may stand in an address; `nil` if it is too long, or holds what has no place there.
    private static func query(_ form: [UInt8]) -> String? {
        guard form.count <= maximumQuery, form.allSatisfy({ (0x21...0x7E).contains($0) && $0 != 0x23 }) else {
            return nil
        }
        return String(decoding: form, as: UTF8.self)
    }

    func answer(_ step: AuthorizationStep, _ visit: PageVisit) -> ServerResponse {
        switch step {
        case .wait(let handle):
            return visit.redirect(
                to: visit.path(.authorize, query: "resume=" + handle.revealedValue), decision: "waiting")
        case .signIn(let prompt):
            return visit.reading(prompt.uiLocales).page(
                SignInPage(prompt, of: visit.provider),
                decision: "sign_in_asked")
        case .consent(let prompt):
            return visit.reading(prompt.uiLocales).page(
                ConsentPage(prompt), decision: "consent_asked")
        case .respond(let response, let clientName):
            return respond(response, clientName, visit)
        case .refuse(let fault):
            return refused(visit, reason: fault.reason)
        }
    }

    private func respond(_ response: AuthorizationResponse, _ clientName: String?, _ visit: PageVisit) -> ServerResponse
    {
        let decision =
            switch response.outcome {
            case .code: "code_issued"
            case .error(let error): error.code.rawValue
            }
        switch response.mode {
        case .query: return visit.redirect(to: response.location, decision: decision)
        case .formPost:
            let fields = response.formFields.map { LogoutPage.Field(name: $0.name, value: $0.value) }
            return visit.page(
                FormPostPage(action: response.redirectURI.rawValue, fields: fields, clientName: clientName),
                decision: decision)
        }
    }

    /// One text for everything that cannot be answered to a client; the log knows why.
    private func refused(_ visit: PageVisit, reason: String) -> ServerResponse {
        if reason == AuthorizationFault.gone.reason || reason == AuthorizationFault.ofAnotherBrowser.reason {
            return gone(visit, decision: reason)
        }
        return visit.message(.requestRefused, status: 400, decision: reason)
    }

    private func gone(_ visit: PageVisit, decision: String = "request_gone") -> ServerResponse {
        visit.message(.requestGone, status: 400, leadingTo: .account, decision: decision)
    }
}

extension SignInPage {
    init(_ prompt: SignInPrompt, login: String? = nil, notice: Notice = .none, of provider: OpenIDProvider) {
        self.init(
            resume: prompt.handle.revealedValue, clientName: prompt.client.name, again: prompt.again?.name,
            login: login ?? prompt.again?.username ?? prompt.loginHint ?? "", notice: notice,
            allowsRegistration: provider.policy.people.allowsSelfRegistration, canReset: provider.sendsMail,
            formTarget: prompt.redirectURI)
    }
}

extension ConsentPage {
    init(_ prompt: ConsentPrompt) {
        self.init(
            resume: prompt.handle.revealedValue, clientName: prompt.client.name, clientHost: prompt.client.host,
            person: prompt.person.name,
            items: prompt.items.map {
                Item(
                    value: $0.id, scope: $0.scope,
                    resource: $0.resourceName ?? $0.resource?.rawValue, description: $0.description,
                    isRequired: $0.isRequired, isNew: $0.isNew)
            }, duration: prompt.accessDuration, isOffline: prompt.isOffline,
            policyURI: prompt.client.policyURI, termsURI: prompt.client.termsURI, formTarget: prompt.redirectURI)
        isUnverified = prompt.client.isUnverified
    }
}
