import AuthorizationServer
import JOSE
import OAuth

/// `/sign-in`: a name and a password, for a waiting request or for the account area.
struct SignInRoutes: Sendable {
    let site: PageSite

    var routes: [PagePath: [RequestMethod: Route.Action]] {
        [.signIn: [.get: site.shows(get), .post: site.takes(post)]]
    }

    @Sendable
    private func get(_ visit: PageVisit) async throws -> ServerResponse {
        if try await visit.provider.session(of: visit.browser, at: visit.now) != nil {
            return visit.redirect(to: visit.path(.account), decision: "signed_in_already")
        }
        return page(visit, login: "", .none)
    }

    @Sendable
    private func post(_ visit: PageVisit, _ form: FormParameters) async throws -> ServerResponse {
        let handle = PageSecret.handle(form["resume"])
        guard handle != nil || form["resume"] == nil else {
            return visit.message(.requestGone, status: 400, leadingTo: .account, decision: "request_gone")
        }
        let login = form["login"] ?? ""
        let attempt = SignInAttempt(login: login, password: Secret(form["password"] ?? ""), handle: handle)
        let outcome = try await visit.provider.signIn(attempt, browser: visit.browser, at: visit.now)
        switch outcome {
        case .signedIn(let secrets, _):
            let next =
                handle.map { visit.path(.authorize, query: "resume=" + $0.revealedValue) } ?? visit.path(.account)
            return visit.setting(secrets, in: visit.redirect(to: next, decision: "signed_in"))
        case .refused:
            return try await again(visit, handle, login: login, .refused)
        case .throttled(let seconds):
            return try await again(visit, handle, login: login, .throttled(seconds: seconds)).retrying(after: seconds)
        case .busy(let seconds):
            return try await again(visit, handle, login: login, .busy).retrying(after: seconds)
        }
    }

    /// The same page once more, for the same waiting request.
    private func again(
        _ visit: PageVisit, _ handle: Secret?, login: String, _ notice: SignInPage.Notice
    ) async throws -> ServerResponse {
        guard let handle else { return page(visit, login: login, notice) }
        let step = try await visit.provider.resumeAuthorization(handle, browser: visit.browser, at: visit.now)
        guard case .signIn(let prompt) = step else { return AuthorizeRoutes(site: site).answer(step, visit) }
        return visit.reading(prompt.uiLocales).page(
            SignInPage(prompt, login: login, notice: notice, of: visit.provider),
            status: notice.status, decision: notice.decision)
    }

    private func page(_ visit: PageVisit, login: String, _ notice: SignInPage.Notice) -> ServerResponse {
        visit.page(
            SignInPage(
                login: login, notice: notice,
                allowsRegistration: visit.provider.policy.people.allowsSelfRegistration,
                canReset: visit.provider.sendsMail),
            status: notice.status, decision: notice.decision)
    }
}

extension SignInPage.Notice {
    /// Every kind of failure has the same status, so that nobody learns who has an account.
    fileprivate var status: Int {
        switch self {
        case .none, .refused: 200
        case .throttled: 429
        case .busy: 503
        }
    }

    fileprivate var decision: String {
        switch self {
        case .none: "sign_in_asked"
        case .refused: "sign_in_refused"
        case .throttled: "throttled"
        case .busy: "busy"
        }
    }
}
