import AuthorizationServer
import JOSE
import OAuth

/// `POST /consent`: what a person chose; the page itself is a step of `/authorize`.
struct ConsentRoutes: Sendable {
    let site: PageSite

    var routes: [PagePath: [RequestMethod: Route.Action]] {
        [.consent: [.post: site.takes(repeating: ["scope"], post)]]
    }

    @Sendable
    private func post(_ visit: PageVisit, _ form: FormParameters) async throws -> ServerResponse {
        guard let handle = PageSecret.handle(form["resume"]) else { return gone(visit) }
        let isAllowed: Bool
        switch form["decision"] {
        case "allow": isAllowed = true
        case "deny": isAllowed = false
        default: throw OAuthError(.invalidRequest, "decision is missing")
        }
        let choice = ConsentChoice(isAllowed: isAllowed, items: isAllowed ? Set(form.all("scope")) : [])
        let outcome = try await visit.provider.decide(handle, choice, browser: visit.browser, at: visit.now)
        switch outcome {
        case .noted: return resume(handle, visit, decision: isAllowed ? "consent_given" : "consent_denied")
        // Who is not signed in (any more, or not for this request) is asked to, by the page that knows what comes next.
        case .notSignedIn, .notAsked: return resume(handle, visit, decision: "waiting")
        case .gone: return gone(visit)
        }
    }

    private func resume(_ handle: Secret, _ visit: PageVisit, decision: String) -> ServerResponse {
        visit.redirect(to: visit.path(.authorize, query: "resume=" + handle.revealedValue), decision: decision)
    }

    private func gone(_ visit: PageVisit) -> ServerResponse {
        visit.message(.requestGone, status: 400, leadingTo: .account, decision: "request_gone")
    }
}
