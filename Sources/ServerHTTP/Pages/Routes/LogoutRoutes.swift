import AuthorizationServer
import JOSE
import OAuth

/// `/logout`, for clients (OpenID RP-Initiated Logout §2) and for the button on our own pages; and what is seen then.
struct LogoutRoutes: Sendable {
    let site: PageSite

    var routes: [PagePath: [RequestMethod: Route.Action]] {
        [
            .logOut: [.get: site.shows(get), .head: PageSite.head, .post: site.shows(post)],
            .signedOut: [.get: site.shows(signedOut)],
        ]
    }

    @Sendable
    private func get(_ visit: PageVisit) async throws -> ServerResponse {
        try await answer(LogoutRequest(visit.query()), isConfirmed: false, visit)
    }

    /// With a form token it is our own page's, and the person has said so. Without one it is a client's request, which
    /// comes from another site and so without cookies: the browser is sent on, and brings them.
    @Sendable
    private func post(_ visit: PageVisit) async throws -> ServerResponse {
        let form = try visit.form()
        let request = try LogoutRequest(form)
        guard form[FormToken.fieldName] == nil, form["confirmed"] == nil else {
            guard FormToken.admits(visit.request, form, from: visit.browser, issuer: visit.provider.issuer) else {
                return site.refusal(visit)
            }
            return try await answer(request, isConfirmed: true, visit)
        }
        let query = String(decoding: request.formEncoded, as: UTF8.self)
        guard query.utf8.count <= AuthorizeRoutes.maximumQuery else {
            throw OAuthError(.invalidRequest, "the request is too long")
        }
        var headers = HeaderFields()
        headers.append("location", visit.path(.logOut, query: query))
        headers.append("cache-control", "no-store")
        return ServerResponse(status: 303, headers: headers, facts: RequestFacts(decision: "posted"))
    }

    private func answer(
        _ request: LogoutRequest, isConfirmed: Bool, _ visit: PageVisit
    ) async throws -> ServerResponse {
        let visit = visit.reading(request.uiLocales)
        let step = try await visit.provider.endSession(
            request, isConfirmed: isConfirmed, browser: visit.browser, at: visit.now)
        switch step {
        case .confirm(let prompt):
            let fields = try FormParameters(request.formEncoded)
            return visit.page(
                LogoutPage(
                    clientName: prompt.client,
                    fields: fields.names.map { LogoutPage.Field(name: $0, value: fields[$0] ?? "") },
                    formTarget: prompt.address?.rawValue), decision: "logout_asked")
        case .done(let address):
            let next = address.map { request.location($0) } ?? visit.path(.signedOut)
            return visit.forgettingSession(in: visit.redirect(to: next, decision: "signed_out"))
        }
    }

    @Sendable
    private func signedOut(_ visit: PageVisit) async throws -> ServerResponse {
        visit.message(.signedOut, leadingTo: .signIn, decision: "shown")
    }
}
