import AuthorizationServer
import JOSE
import OAuth

/// `POST /token`: a form in, one call, a token out (RFC 6749 §3.2).
struct TokenRoute: Sendable {
    let endpoint: FormEndpoint

    @Sendable
    nonisolated(nonsending) func post(_ request: ServerRequest, at now: NumericDate) async -> ServerResponse {
        await endpoint.answer(request, at: now, withoutClient: exchange) { form, credentials, caller in
            let answer = try await endpoint.provider.token(
                TokenRequest(form), from: credentials, caller: caller, at: now)
            return .json(answer.response.json, facts: RequestFacts(answer.facts))
        }
    }

    /// RFC 8693 §2.1: an API key shows by itself whose it is. `nil`: the request needs a client after all.
    @Sendable
    private nonisolated(nonsending) func exchange(
        _ form: FormParameters, _ caller: Caller, _ now: NumericDate
    ) async throws -> ServerResponse? {
        guard form["grant_type"] == GrantType.tokenExchange.rawValue,
            case .tokenExchange(let parameters) = try TokenRequest(form)
        else { return nil }
        let answer = try await endpoint.provider.exchange(parameters, caller: caller, at: now)
        return .json(answer.response.json, facts: RequestFacts(answer.facts))
    }
}
