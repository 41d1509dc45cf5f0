import AuthorizationServer
import JOSE
import OAuth
import Storage

/// The pages that links in mails open, and those that ask for such a mail. Looking at a link spends nothing: mail
/// programs open links by themselves.
struct LinkRoutes: Sendable {
    let site: PageSite

    var routes: [PagePath: [RequestMethod: Route.Action]] {
        [
            .reset: [.get: site.shows(askReset), .post: site.takes(sendReset)],
            .resetSet: [.get: site.shows(askPassword), .post: site.takes(setPassword)],
            .verifyAddress: [.get: site.shows(askAddress), .post: site.takes(verifyAddress)],
            .invitation: [.get: site.shows(askInvitation), .post: site.takes(acceptInvitation)],
            .register: [.get: site.shows(askAccount), .post: site.takes(register)],
        ]
    }

    // MARK: Reset

    @Sendable
    private func askReset(_ visit: PageVisit) async throws -> ServerResponse {
        guard visit.provider.sendsMail else { return resetNotOffered(visit) }
        return visit.page(ResetAskPage(), decision: "shown")
    }

    /// Nobody waits for a mail that never comes.
    private func resetNotOffered(_ visit: PageVisit) -> ServerResponse {
        visit.page(ResetAskPage(problem: .noMail), decision: PasswordProblem.noMail.decision)
    }

    /// The same answer at once for every name: the engine looks it up when nobody waits any more.
    @Sendable
    private func sendReset(_ visit: PageVisit, _ form: FormParameters) async throws -> ServerResponse {
        guard visit.provider.sendsMail else { return resetNotOffered(visit) }
        visit.provider.requestReset(login: form["login"] ?? "", browser: visit.browser, at: visit.now)
        return visit.message(.resetSent, leadingTo: .signIn, decision: "reset_asked")
    }

    @Sendable
    private func askPassword(_ visit: PageVisit) async throws -> ServerResponse {
        try await resetPage(visit, PageSecret.link(visit.query()["link"]))
    }

    @Sendable
    private func setPassword(_ visit: PageVisit, _ form: FormParameters) async throws -> ServerResponse {
        guard let link = PageSecret.link(form["link"]) else { return gone(visit) }
        let outcome = try await visit.provider.resetPassword(
            link: link, password: Secret(form["password"] ?? ""), again: Secret(form["password_again"] ?? ""),
            browser: visit.browser, at: visit.now)
        switch outcome {
        case .done:
            return visit.forgettingSession(
                in: visit.message(.passwordSet, leadingTo: .signIn, decision: "password_set"))
        case .gone: return gone(visit)
        case .unfit(let unfit): return try await resetPage(visit, link, PasswordProblem(unfit))
        case .busy(let seconds): return try await resetPage(visit, link, .busy).retrying(after: seconds)
        }
    }

    private func resetPage(
        _ visit: PageVisit, _ link: Secret?, _ problem: PasswordProblem? = nil
    ) async throws -> ServerResponse {
        guard let link,
            let opened = try await visit.provider.openedLink(link, for: .resetPassword, at: visit.now)
        else { return gone(visit) }
        return visit.page(
            ResetSetPage(
                link: link.revealedValue, username: opened.username.rawValue, minimum: visit.minimumPassword,
                problem: problem), status: problem?.status ?? 200, decision: problem?.decision ?? "shown")
    }

    // MARK: Address

    @Sendable
    private func askAddress(_ visit: PageVisit) async throws -> ServerResponse {
        guard let link = try PageSecret.link(visit.query()["link"]),
            let opened = try await visit.provider.openedLink(link, for: .verifyAddress, at: visit.now)
        else { return gone(visit) }
        return visit.page(
            VerifyAddressPage(link: link.revealedValue, email: opened.address.rawValue), decision: "shown")
    }

    @Sendable
    private func verifyAddress(_ visit: PageVisit, _ form: FormParameters) async throws -> ServerResponse {
        guard let link = PageSecret.link(form["link"]),
            case .done = try await visit.provider.verifyAddress(link: link, browser: visit.browser, at: visit.now)
        else { return gone(visit) }
        return visit.message(.addressVerified, leadingTo: .account, decision: "address_verified")
    }

    // MARK: Invitation and registration

    @Sendable
    private func askInvitation(_ visit: PageVisit) async throws -> ServerResponse {
        try await invitationPage(visit, PageSecret.link(visit.query()["link"]))
    }

    @Sendable
    private func acceptInvitation(_ visit: PageVisit, _ form: FormParameters) async throws -> ServerResponse {
        guard let link = PageSecret.link(form["link"]) else { return gone(visit) }
        let outcome = try await visit.provider.acceptInvitation(
            link: link, password: Secret(form["password"] ?? ""), again: Secret(form["password_again"] ?? ""),
            browser: visit.browser, at: visit.now)
        switch outcome {
        case .done: return visit.message(.invitationAccepted, leadingTo: .signIn, decision: "invitation_accepted")
        case .gone: return gone(visit)
        case .unfit(let unfit): return try await invitationPage(visit, link, PasswordProblem(unfit))
        case .busy(let seconds): return try await invitationPage(visit, link, .busy).retrying(after: seconds)
        }
    }

    private func invitationPage(
        _ visit: PageVisit, _ link: Secret?, _ problem: PasswordProblem? = nil
    ) async throws -> ServerResponse {
        guard let link, let opened = try await visit.provider.openedLink(link, for: .invitation, at: visit.now)
        else { return gone(visit) }
        return visit.page(
            InvitationPage(
                link: link.revealedValue, minimum: visit.minimumPassword, place: site.renderer.branding.name,
                username: opened.username.rawValue, problem: problem),
            status: problem?.status ?? 200, decision: problem?.decision ?? "shown")
    }

    @Sendable
    private func askAccount(_ visit: PageVisit) async throws -> ServerResponse {
        guard visit.provider.policy.people.allowsSelfRegistration else { return notOffered(visit) }
        return visit.page(RegisterPage(), decision: "shown")
    }

    /// The same answer whether there is an account for the address or not, if it is one.
    @Sendable
    private func register(_ visit: PageVisit, _ form: FormParameters) async throws -> ServerResponse {
        let address = form["email"] ?? ""
        switch visit.provider.selfRegister(address: address, browser: visit.browser, at: visit.now) {
        case .taken: return visit.message(.registered, decision: "registration_asked")
        case .malformed:
            let problem = PasswordProblem.addressMalformed
            return visit.page(
                RegisterPage(email: address, problem: problem), status: problem.status, decision: problem.decision)
        case .notAllowed: return notOffered(visit)
        }
    }

    private func notOffered(_ visit: PageVisit) -> ServerResponse {
        visit.message(.notFound, status: 404, leadingTo: .account, decision: "not_offered")
    }

    private func gone(_ visit: PageVisit) -> ServerResponse {
        visit.message(.linkGone, status: 400, leadingTo: .account, decision: "link_gone")
    }
}
