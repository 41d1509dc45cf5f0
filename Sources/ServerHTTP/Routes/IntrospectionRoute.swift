import AuthorizationServer
import JOSE
import OAuth

/// `POST /introspect`: a protected resource asks what a token is worth (RFC 7662 §2).
struct IntrospectionRoute: Sendable {
    let endpoint: FormEndpoint

    @Sendable
    func post(_ request: ServerRequest, at now: NumericDate) async -> ServerResponse {
        await endpoint.answer(request, at: now) { form, credentials, caller in
            let answer = try await endpoint.provider.introspect(
                PresentedToken(form), from: credentials, caller: caller, at: now)
            return .json(answer.response.json, facts: RequestFacts(answer.facts))
        }
    }
}
