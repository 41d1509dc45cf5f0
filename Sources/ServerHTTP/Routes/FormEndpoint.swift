import AuthorizationServer
import JOSE
import Logging
import OAuth

/// What the token, introspection and revocation endpoints share: a form in, who sent it, one call, one way for errors.
struct FormEndpoint: Sendable {
    /// As the audit log names it.
    let name: String
    let provider: OpenIDProvider
    let logger: Logger

    /// What an endpoint does for somebody who names no client; `nil`: one has to be named.
    typealias WithoutClient =
        nonisolated(nonsending) @Sendable (FormParameters, Caller, NumericDate) async throws -> ServerResponse?

    nonisolated(nonsending) func answer(
        _ request: ServerRequest, at now: NumericDate, withoutClient: WithoutClient? = nil,
        _ body: nonisolated(nonsending) (FormParameters, ClientCredentials, Caller) async throws -> ServerResponse
    ) async -> ServerResponse {
        await answering(request, at: now) { caller in
            guard request.mediaType == "application/x-www-form-urlencoded" else {
                provider.recordRefusal(
                    of: name, reason: "media_type", client: nil, caller: caller, at: now,
                    evidence: Evidence("Content-Type \(request.headers.first("content-type") ?? "(none)")"))
                return .error(415, "invalid_request", "send application/x-www-form-urlencoded")
            }
            // RFC 6749 §3.2, RFC 9700 §4.3.2: parameters in a query end up in logs and histories.
            guard request.query == nil else {
                throw OAuthError(.invalidRequest, "parameters belong in the body, not in the query")
            }
            let form = try FormParameters(request.body)
            do {
                if let withoutClient, !Self.namesClient(form, request),
                    let response = try await withoutClient(form, caller, now)
                {
                    return response
                }
                let credentials = try ClientCredentials(
                    authorization: request.headers.first("authorization"), form: form)
                return try await body(form, credentials, caller)
            } catch let malformed as OAuthError {
                await noticeKeys(in: form, caller, at: now)
                throw malformed
            }
        }
    }

    /// A form that is malformed never reaches the engine; a honey key in it is used all the same.
    private func noticeKeys(in form: FormParameters, _ caller: Caller, at now: NumericDate) async {
        for text in Set(["token", "subject_token", "actor_token"].compactMap { form[$0] }) {
            await provider.notice(keyIn: Secret(text), at: name, caller: caller, now: now)
        }
    }

    /// The same for what is only read: parameters in the query, and credentials nowhere but in the header.
    nonisolated(nonsending) func answerQuery(
        _ request: ServerRequest, at now: NumericDate, knowing names: Set<String>,
        _ body: nonisolated(nonsending) (FormParameters, ClientCredentials, Caller) async throws -> ServerResponse
    ) async -> ServerResponse {
        await answering(request, at: now) { caller in
            let query = try FormParameters(Array((request.query ?? "").utf8), repeatable: [])
            // A secret or an assertion in a query would end up in logs and histories.
            guard query.names.allSatisfy(names.contains) else {
                throw OAuthError(.invalidRequest, "the query has a parameter that is not known here")
            }
            guard let authorization = request.headers.first("authorization") else {
                throw OAuthError(.invalidClient, "client authentication is required")
            }
            let credentials = try ClientCredentials(authorization: authorization, form: query)
            return try await body(query, credentials, caller)
        }
    }

    private nonisolated(nonsending) func answering(
        _ request: ServerRequest, at now: NumericDate,
        _ body: nonisolated(nonsending) (Caller) async throws -> ServerResponse
    ) async -> ServerResponse {
        let caller = Caller(of: request)
        do {
            return try await body(caller)
        } catch {
            if let malformed = error as? OAuthError {
                provider.recordRefusal(
                    of: name, reason: malformed.code.rawValue, client: nil, caller: caller, at: now,
                    evidence: Evidence(malformed.description))
            }
            return .failure(error, of: request, logger: logger)
        }
    }

    /// Whether any method of client authentication is there, or the beginning of one.
    private static func namesClient(_ form: FormParameters, _ request: ServerRequest) -> Bool {
        request.headers.first("authorization") != nil
            || ["client_id", "client_secret", "client_assertion", "client_assertion_type"].contains { form[$0] != nil }
    }
}
