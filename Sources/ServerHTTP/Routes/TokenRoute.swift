import AuthorizationServer
import JOSE
import OAuth

/// `POST /token`: a form in, one call, a token out (RFC 6749 §3.2).
struct TokenRoute: Sendable {
    let endpoint: FormEndpoint

    @Sendable
    func post(_ request: ServerRequest, at now: NumericDate) async -> ServerResponse {
        await endpoint.answer(request, at: now) { form, credentials, caller in
            let answer = try await endpoint.provider.token(
                TokenRequest(form), from: credentials, caller: caller, at: now)
            return .json(answer.response.json, facts: RequestFacts(answer.facts))
        }
    }
}
