import JOSE
import OAuth
import OAuthClient
import ResourceServer
import ServerHTTP

/// Where the issuer sends browsers back to.
extension SignInRoutes {
    @Sendable
    func finish(_ visit: Visit) async -> ServerResponse {
        let answer = Array((visit.request.query ?? "").utf8)
        // Without the cookie of the browser that began it, an answer is somebody else's (login CSRF), and consumes
        // nothing.
        guard let browser = signIn.browserSecret(visit.headers, at: visit.origin),
            let state = (try? FormParameters(answer))?["state"],
            let pending = signIn.pending.take(Secret(state), browser: browser, at: visit.origin, visit.now)
        else {
            signIn.figures.count(.invalid)
            return refusal(.signInUnknown, .signInUnknown, visit, ReturnTarget.start)
        }
        let signedIn: SignedIn
        do { signedIn = try await visit.flow.finish(answer, pending: pending.request, at: visit.now) } catch {
            return refusal(error, visit, pending.target)
        }
        let tokens = visit.flow.session(signedIn)
        let session = GatewaySessions.Session(
            origin: visit.origin, subject: signedIn.idToken.subject, issuerSession: signedIn.idToken.session,
            startedAt: visit.now, usedAt: visit.now, tokens: tokens)
        do {
            _ = try await signIn.admission.admit(
                signedIn.tokens.accessToken, rule: rule(for: pending.target, at: visit.origin),
                from: visit.request.peer.address, at: visit.now)
        } catch {
            // What it lacks in scope, a page says by itself; with anything else the browser would be sent here again.
            if let refusal = refusal(error, visit, pending.target) {
                await signIn.end(session, at: visit.now)
                return refusal
            }
        }
        return await start(session, visit, pending.target)
    }

    /// A new secret with each sign-in, so that nobody can have prepared it; the session before is over.
    private func start(
        _ session: GatewaySessions.Session, _ visit: Visit, _ target: ReturnTarget
    ) async -> ServerResponse {
        let secret = signIn.random.secret(.session)
        signIn.sessions.start(session, as: secret)
        if let old = signIn.sessionSecret(visit.headers, at: visit.origin),
            let replaced = signIn.sessions.end(old, at: visit.origin)
        {
            await signIn.end(replaced, at: visit.now)
        }
        signIn.figures.count(.completed)
        return signIn.leading(
            to: target.text, status: 303, "signed_in", cookies: [visit.origin.setting(session: secret)])
    }

    private func refusal(
        _ error: OAuthClientError, _ visit: Visit, _ target: ReturnTarget
    ) -> ServerResponse {
        switch error {
        case .token(.wrongContextClass), .token(.wrongAuthenticationTime),
            .refused("unmet_authentication_requirements", _):
            signIn.figures.count(.refused)
            return refusal(.strongerNeeded, .stepUpUnmet, visit, target)
        case .refused("temporarily_unavailable", _), .refused("server_error", _), .discovery, .unavailable:
            signIn.figures.count(.unavailable)
            return refusal(.unavailable, .signInUnavailable, visit, target)
        case .refused, .ended:
            signIn.figures.count(.refused)
            return refusal(.signInRefused, .signInRefused, visit, target)
        case .callback, .initiation, .token:
            signIn.figures.count(.invalid)
            return refusal(.answerInvalid, .signInAnswerInvalid, visit, target)
        }
    }

    /// `nil` if a session with this token is of use elsewhere.
    private func refusal(_ error: AccessRefusal, _ visit: Visit, _ target: ReturnTarget) -> ServerResponse? {
        switch error {
        case .insufficientScope: return nil
        case .insufficientAuthentication:
            signIn.figures.count(.refused)
            return refusal(.strongerNeeded, .stepUpUnmet, visit, target)
        case .unavailable:
            signIn.figures.count(.unavailable)
            return refusal(.unavailable, .signInUnavailable, visit, target)
        case .noToken, .malformedRequest, .invalidToken:
            signIn.figures.count(.invalid)
            return refusal(.answerInvalid, .sessionTokenUnusable, visit, target)
        }
    }

    private func refusal(
        _ message: GatewayMessagePage.Message, _ word: GatewayWord, _ visit: Visit, _ target: ReturnTarget
    ) -> ServerResponse {
        signIn.page(
            message, on: target.signInAddress, status: word == .signInUnavailable ? 503 : 403, decision: word.rawValue,
            for: visit.headers)
    }
}
