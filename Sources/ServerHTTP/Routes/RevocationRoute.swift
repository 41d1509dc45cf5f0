import AuthorizationServer
import JOSE
import OAuth

/// `POST /revoke`: a client gives a token up (RFC 7009 §2).
struct RevocationRoute: Sendable {
    let endpoint: FormEndpoint

    @Sendable
    func post(_ request: ServerRequest, at now: NumericDate) async -> ServerResponse {
        await endpoint.answer(request, at: now) { form, credentials, caller in
            let answer = try await endpoint.provider.revoke(
                PresentedToken(form), from: credentials, caller: caller, at: now)
            // RFC 7009 §2.2: 200 whatever the token was; the body says nothing.
            return ServerResponse(
                status: 200, headers: Self.uncached, facts: RequestFacts(answer.facts))
        }
    }

    private static let uncached = HeaderFields([
        .init(name: "cache-control", value: "no-store"), .init(name: "pragma", value: "no-cache"),
    ])
}
