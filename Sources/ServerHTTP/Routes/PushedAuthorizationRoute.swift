import AuthorizationServer
import JOSE
import OAuth

/// `POST /par`: a client sends an authorization request ahead of the browser (RFC 9126 §2).
struct PushedAuthorizationRoute: Sendable {
    let endpoint: FormEndpoint

    @Sendable
    func post(_ request: ServerRequest, at now: NumericDate) async -> ServerResponse {
        await endpoint.answer(request, at: now) { form, credentials, caller in
            let answer = try await endpoint.provider.pushAuthorization(
                form, from: credentials, caller: caller, at: now)
            // RFC 9126 §2.2
            return .json(answer.response.json, status: 201, facts: RequestFacts(answer.facts))
        }
    }
}
