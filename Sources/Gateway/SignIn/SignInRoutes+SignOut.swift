import OAuth
import OAuthClient
import ServerHTTP

/// How sessions end: because the person wants it, or the issuer.
extension SignInRoutes {
    @Sendable
    func askForSignOut(_ visit: Visit) async -> ServerResponse {
        let page = GatewaySignOutPage(
            action: OwnPath.signOut.path, back: ReturnTarget.start.text, formTarget: signIn.issuer.origin)
        return signIn.page(page, status: 200, decision: "sign_out_asked", for: visit.headers)
    }

    /// The session is over here whatever becomes of it at the issuer, who ends its own without a question if the hint names
    /// it (OpenID RP-Initiated Logout §2). The hint is no ID token: browsers see no token, and their history keeps none.
    @Sendable
    func signOut(_ visit: Visit) async -> ServerResponse {
        guard BrowserRequest.comesFromOwnPage(visit.headers, visit.origin) else {
            return signIn.page(
                .foreignPage, on: ReturnTarget.start.text, status: 403, decision: GatewayWord.foreignPage.rawValue,
                for: visit.headers)
        }
        var location = OwnPath.signedOut.path
        if let secret = signIn.sessionSecret(visit.headers, at: visit.origin),
            let session = signIn.sessions.end(secret, at: visit.origin)
        {
            signIn.figures.count(.signedOut)
            let there = await session.tokens.idToken.session
            await signIn.end(session, at: visit.now)
            let issuers = try? await signIn.logout.location(
                ending: there, returningTo: visit.origin.address(.signedOut), state: nil, at: visit.now)
            location = issuers ?? location
        }
        return signIn.leading(
            to: location, status: 303, "signed_out", cookies: [visit.origin.forgettingSession])
    }

    @Sendable
    func signedOut(_ visit: Visit) async -> ServerResponse {
        signIn.page(
            .signedOut, on: ReturnTarget.start.text, status: 200, decision: "signed_out_shown", for: visit.headers)
    }

    /// OpenID Back-Channel Logout §2.5 to §2.8
    @Sendable
    func endSessions(_ visit: Visit) async -> ServerResponse {
        do {
            guard visit.request.mediaType == "application/x-www-form-urlencoded" else {
                throw OAuthClientError.token(.missing)
            }
            let notice = try await signIn.logout.notice(visit.request.body, at: visit.now)
            let ended = signIn.sessions.end(notice)
            signIn.figures.count(.ended, by: ended.count)
            for session in ended { _ = await session.tokens.forget() }
            return ServerResponse(
                status: 200, headers: HeaderFields([.init(name: "cache-control", value: "no-store")]),
                facts: RequestFacts(decision: "back_channel_logout"))
        } catch {
            switch error as? OAuthClientError {
            case .unavailable, .discovery:
                return .error(
                    503, "temporarily_unavailable", "the logout token cannot be judged right now; try again later",
                    facts: RequestFacts(decision: GatewayWord.signInUnavailable.rawValue))
            default:
                // Counted only now: no flood, from wherever it comes, keeps a good token out.
                if let refusal = countedOut(visit.request) { return refusal }
                return .error(
                    400, "invalid_request", "the logout token is not valid here",
                    facts: RequestFacts(decision: GatewayWord.logoutTokenInvalid.rawValue))
            }
        }
    }
}
