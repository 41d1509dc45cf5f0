import AuthorizationServer
import JOSE
import Logging
import OAuth

/// `GET` and `POST /userinfo`: who the person behind an access token is (OpenID Core §5.3).
///
/// The token comes in the header only (RFC 6750 §2.1): what is in a query ends up in logs, and a form is a second place
/// to look for the same thing.
struct UserInfoRoute: Sendable {
    let provider: OpenIDProvider
    let logger: Logger

    @Sendable
    nonisolated(nonsending) func answer(_ request: ServerRequest, at now: NumericDate) async -> ServerResponse {
        let caller = Caller(of: request)
        guard let token = request.bearerToken else {
            provider.recordRefusal(
                of: "userinfo", reason: "token_missing", client: nil, caller: caller, at: now,
                evidence: Evidence(
                    request.headers.first("authorization") == nil
                        ? "no Authorization header" : "an Authorization header that is not Bearer with a token"))
            return Self.challenge
        }
        do {
            let answer = try await provider.userInfo(token, caller: caller, at: now)
            switch answer.response {
            case .claims(let json): return .json(json, facts: RequestFacts(answer.facts))
            case .signed(let jwt):
                return ServerResponse(
                    status: 200, headers: Self.signedHeaders, body: Array(jwt.utf8), facts: RequestFacts(answer.facts))
            }
        } catch {
            return .failure(error, of: request, logger: logger)
        }
    }

    /// RFC 6750 §3.1: who shows no token is told how, and no error.
    private static let challenge: ServerResponse = {
        var response = ServerResponse(status: 401, facts: RequestFacts(decision: "token_missing"))
        response.headers.append("www-authenticate", #"Bearer realm="tessera""#)
        response.headers.append("cache-control", "no-store")
        return response
    }()

    private static let signedHeaders = HeaderFields([
        .init(name: "content-type", value: "application/jwt"), .init(name: "cache-control", value: "no-store"),
        .init(name: "pragma", value: "no-cache"),
    ])
}
