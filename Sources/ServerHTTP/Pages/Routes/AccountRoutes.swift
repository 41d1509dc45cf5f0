import AuthorizationServer
import JOSE
import OAuth
import Storage

/// `/account` and below: where people look after their account.
struct AccountRoutes: Sendable {
    let site: PageSite

    var routes: [PagePath: [RequestMethod: Route.Action]] {
        [
            .account: [.get: shows(overview), .post: takes(proveOrKeepAddress)],
            .profile: [.get: shows(profile), .post: takes(changeProfile)],
            .password: [.get: shows(password), .post: takes(changePassword)],
            .sessions: [.get: shows(sessions), .post: takes(endSession)],
            .applications: [.get: shows(applications), .post: takes(endApplication)],
            .keys: [.get: shows(keys), .post: takes(endKey)],
            .newKey: [.get: shows(newKey), .post: takes(repeating: ["scope"], makeKey)],
            .rerollKey: [.get: shows(askToReroll), .post: takes(rerollKey)],
            .activity: [.get: shows(activity)],
            .data: [.get: shows(download), .head: PageSite.head],
            .delete: [.get: shows(deletion), .post: takes(delete)],
            .logOutEverywhere: [.get: shows(everywhere), .post: takes(logOutEverywhere)],
        ]
    }

    private typealias Viewing = @Sendable (PageVisit, AccountArea) async throws -> ServerResponse
    private typealias Changing = @Sendable (PageVisit, AccountArea, FormParameters) async throws -> ServerResponse

    /// For who is signed in; others are sent to the page where one does that.
    private func shows(_ handler: @escaping Viewing) -> Route.Action {
        site.shows { visit in
            guard let area = try await visit.provider.account(of: visit.browser, at: visit.now) else {
                return toSignIn(visit)
            }
            return try await handler(visit, area)
        }
    }

    private func takes(repeating: Set<String> = [], _ handler: @escaping Changing) -> Route.Action {
        site.takes(repeating: repeating) { visit, form in
            guard let area = try await visit.provider.account(of: visit.browser, at: visit.now) else {
                return toSignIn(visit)
            }
            return try await handler(visit, area, form)
        }
    }

    private func toSignIn(_ visit: PageVisit) -> ServerResponse {
        visit.redirect(to: visit.path(.signIn), decision: "not_signed_in")
    }

    /// Whether the page before this one reports that it did what was asked.
    func isDone(_ visit: PageVisit) -> Bool { visit.request.query == Self.done }

    private static let done = "done=yes"
    private static let kept = "kept=yes"

    func done(_ visit: PageVisit, _ page: PagePath, _ decision: String) -> ServerResponse {
        visit.redirect(to: visit.path(page, query: Self.done), decision: decision)
    }

    // MARK: Overview and profile

    @Sendable
    private func overview(_ visit: PageVisit, _ area: AccountArea) async throws -> ServerResponse {
        visit.page(overviewPage(visit, area), decision: "shown")
    }

    private func overviewPage(_ visit: PageVisit, _ area: AccountArea) -> AccountOverviewPage {
        let user = area.profile()
        var page = AccountOverviewPage(
            issuer: visit.provider.issuer, name: user.attributes.string("name"), username: user.username.rawValue,
            email: user.email?.rawValue, isEmailVerified: user.isEmailVerified,
            pendingEmail: user.pendingEmail?.rawValue, hasSentMail: isDone(visit),
            hasKeptAddress: visit.request.query == Self.kept,
            canSendLink: user.unprovenEmail != nil && visit.provider.sendsMail)
        page.hidden = site.renderer.hidden
        return page
    }

    @Sendable
    private func proveOrKeepAddress(
        _ visit: PageVisit, _ area: AccountArea, _ form: FormParameters
    ) async throws -> ServerResponse {
        try await form["address"] == "send" ? sendLink(visit, area) : keepAddress(visit, area)
    }

    /// Sends the link once more that proves an address.
    private func sendLink(_ visit: PageVisit, _ area: AccountArea) async throws -> ServerResponse {
        let outcome = try await area.sendVerificationLink(at: visit.now)
        if let problem = PasswordProblem(outcome) {
            var page = overviewPage(visit, area)
            page.problem = problem
            return visit.page(page, status: problem.status, decision: problem.decision)
        }
        // Proven meanwhile: the page says how it is now.
        guard case .done = outcome else { return visit.redirect(to: visit.path(.account), decision: "conflict") }
        return done(visit, .account, "verification_requested")
    }

    /// Calls off a change of address.
    private func keepAddress(_ visit: PageVisit, _ area: AccountArea) async throws -> ServerResponse {
        switch try await area.keepAddress(at: visit.now) {
        case .done: visit.redirect(to: visit.path(.account, query: Self.kept), decision: "address_kept")
        // Changed meanwhile: the page says how it is now.
        default: visit.redirect(to: visit.path(.account), decision: "conflict")
        }
    }

    @Sendable
    private func profile(_ visit: PageVisit, _ area: AccountArea) async throws -> ServerResponse {
        let form = ProfileForm(area.profile(), of: visit.provider)
        return visit.page(form.page(isSaved: isDone(visit)), decision: "shown")
    }

    @Sendable
    private func changeProfile(
        _ visit: PageVisit, _ area: AccountArea, _ form: FormParameters
    ) async throws -> ServerResponse {
        let shown = ProfileForm(area.profile(), of: visit.provider)
        let change = shown.change(form)
        let outcome = try await area.update(change, at: visit.now)
        if let problem = PasswordProblem(outcome) {
            return visit.page(
                shown.page(filledWith: form, problem), status: problem.status, decision: problem.decision)
        }
        guard case .done = outcome else { return toSignIn(visit) }
        guard change.address != nil else { return done(visit, .profile, "profile_changed") }
        return done(visit, .account, "address_changed")
    }

    // MARK: Password

    @Sendable
    private func password(_ visit: PageVisit, _ area: AccountArea) async throws -> ServerResponse {
        visit.page(
            AccountPasswordPage(
                username: area.profile().username.rawValue, minimum: visit.minimumPassword, isChanged: isDone(visit)),
            decision: "shown")
    }

    @Sendable
    private func changePassword(
        _ visit: PageVisit, _ area: AccountArea, _ form: FormParameters
    ) async throws -> ServerResponse {
        let outcome = try await area.changePassword(
            current: Secret(form["current"] ?? ""), to: Secret(form["password"] ?? ""),
            again: Secret(form["password_again"] ?? ""), at: visit.now)
        if case .renewed(let secrets) = outcome {
            return visit.setting(secrets, in: done(visit, .password, "password_changed"))
        }
        guard let problem = PasswordProblem(outcome) else { return toSignIn(visit) }
        return visit.page(
            AccountPasswordPage(
                username: area.profile().username.rawValue, minimum: visit.minimumPassword, problem: problem),
            status: problem.status, decision: problem.decision)
    }

    // MARK: Sessions

    @Sendable
    private func sessions(_ visit: PageVisit, _ area: AccountArea) async throws -> ServerResponse {
        // The one in front of the person first, then those that were used last.
        let sessions = try await area.sessions(at: visit.now).sorted { one, other in
            let current = area.person.session.id
            guard one.id != current, other.id != current else { return one.id == current && other.id != current }
            return one.lastSeenAt > other.lastSeenAt
        }
        let items = sessions.map { session in
            AccountSessionsPage.Item(
                id: session.id.rawValue, userAgent: session.userAgent, address: session.address,
                signedInAt: session.authenticatedAt, lastSeenAt: session.lastSeenAt,
                isCurrent: session.id == area.person.session.id)
        }
        return visit.page(AccountSessionsPage(items: items, hasEnded: isDone(visit)), decision: "shown")
    }

    @Sendable
    private func endSession(
        _ visit: PageVisit, _ area: AccountArea, _ form: FormParameters
    ) async throws -> ServerResponse {
        guard let id = SessionID(form["session"] ?? "") else {
            throw OAuthError(.invalidRequest, "session is missing or malformed")
        }
        _ = try await area.endSession(id, at: visit.now)
        guard id == area.person.session.id else { return done(visit, .sessions, "session_ended") }
        return visit.forgettingSession(in: visit.redirect(to: visit.path(.signedOut), decision: "signed_out"))
    }

    @Sendable
    private func everywhere(_ visit: PageVisit, _ area: AccountArea) async throws -> ServerResponse {
        visit.page(LogOutEverywherePage(), decision: "shown")
    }

    @Sendable
    private func logOutEverywhere(
        _ visit: PageVisit, _ area: AccountArea, _ form: FormParameters
    ) async throws -> ServerResponse {
        try await area.logOutEverywhere(at: visit.now)
        return visit.forgettingSession(
            in: visit.message(.signedOutEverywhere, leadingTo: .signIn, decision: "signed_out_everywhere"))
    }

    // MARK: Data

    /// A file for the person; a page of another site cannot make the browser write it.
    @Sendable
    private func download(_ visit: PageVisit, _ area: AccountArea) async throws -> ServerResponse {
        guard FormToken.comesFromOwnPage(visit.request.headers, issuer: visit.provider.issuer) else {
            return site.refusal(visit)
        }
        var headers = PageSecurity.headers()
        headers.append("content-type", "application/json")
        headers.append("content-disposition", #"attachment; filename="my-data.json""#)
        return ServerResponse(
            status: 200, headers: headers, body: try await area.data(at: visit.now),
            facts: RequestFacts(decision: "data_downloaded"))
    }

    @Sendable
    private func deletion(_ visit: PageVisit, _ area: AccountArea) async throws -> ServerResponse {
        visit.page(AccountDataPage(), decision: "shown")
    }

    @Sendable
    private func delete(
        _ visit: PageVisit, _ area: AccountArea, _ form: FormParameters
    ) async throws -> ServerResponse {
        let outcome = try await area.delete(password: Secret(form["current"] ?? ""), at: visit.now)
        if let problem = PasswordProblem(outcome) {
            return visit.page(
                AccountDataPage(problem: problem), status: problem.status, decision: problem.decision)
        }
        return visit.forgettingSession(in: visit.message(.accountDeleted, decision: "account_deleted"))
    }
}
