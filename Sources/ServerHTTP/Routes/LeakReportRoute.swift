import AuthorizationServer
import JOSE
import Logging
import OAuth

/// `POST /leaked-secrets`: whoever finds a key of ours where it should not be says so, and learns nothing by it.
struct LeakReportRoute: Sendable {
    static let path = "/leaked-secrets"

    let provider: OpenIDProvider
    let logger: Logger

    @Sendable
    func post(_ request: ServerRequest, at now: NumericDate) async -> ServerResponse {
        let caller = Caller(of: request)
        do {
            let secret = try Self.secret(in: request)
            guard let seconds = provider.reportLeak(of: secret, caller: caller, at: now) else {
                // One answer for every text, before anybody has looked whose it is.
                return .json(Array("{}".utf8), status: 202, facts: RequestFacts(decision: "report_taken"))
            }
            var response = ServerResponse.error(429, "temporarily_unavailable", "too many reports; try again later")
            response.headers.append("retry-after", String(seconds))
            return response
        } catch {
            return .failure(error, of: request, logger: logger)
        }
    }

    /// The member or parameter `secret`.
    private static func secret(in request: ServerRequest) throws(OAuthError) -> Secret {
        let text: String?
        switch request.mediaType {
        case "application/x-www-form-urlencoded": text = try FormParameters(request.body)["secret"]
        case "application/json": text = (try? JSONObject(parsing: request.body))?.string("secret")
        default: throw OAuthError(.invalidRequest, "send application/json or application/x-www-form-urlencoded")
        }
        guard let text, !text.isEmpty else { throw OAuthError(.invalidRequest, "secret is missing") }
        return Secret(text)
    }
}
