import AuthorizationServer
import JOSE
import Logging
import OAuth

/// `/clients`: clients register themselves (RFC 7591 §3), and below it manage what is registered (RFC 7592 §2).
struct RegistrationRoute: Sendable {
    let provider: OpenIDProvider
    let logger: Logger

    /// What all addresses of registered clients begin with.
    var prefix: String { provider.issuer.path(of: .registration) + "/" }

    @Sendable
    func post(_ request: ServerRequest, at now: NumericDate) async -> ServerResponse {
        await answer(request, at: now) { caller in
            let answer = try await provider.registerClient(
                try Self.document(request), with: request.bearerToken, caller: caller, at: now)
            // RFC 7591 §3.2.1
            return .json(answer.response.json, status: 201, facts: RequestFacts(answer.facts))
        }
    }

    @Sendable
    func get(_ request: ServerRequest, at now: NumericDate) async -> ServerResponse {
        await answer(request, at: now) { caller in
            let (id, token) = try managed(request)
            let answer = try await provider.registration(of: id, with: token, caller: caller, at: now)
            return .json(answer.response.json, facts: RequestFacts(answer.facts))
        }
    }

    @Sendable
    func put(_ request: ServerRequest, at now: NumericDate) async -> ServerResponse {
        await answer(request, at: now) { caller in
            let (id, token) = try managed(request)
            let answer = try await provider.updateRegistration(
                of: id, to: try Self.document(request), with: token, caller: caller, at: now)
            return .json(answer.response.json, facts: RequestFacts(answer.facts))
        }
    }

    @Sendable
    func delete(_ request: ServerRequest, at now: NumericDate) async -> ServerResponse {
        await answer(request, at: now) { caller in
            let (id, token) = try managed(request)
            let answer = try await provider.deleteRegistration(of: id, with: token, caller: caller, at: now)
            // RFC 7592 §2.3
            var response = ServerResponse(status: 204, facts: RequestFacts(answer.facts))
            response.headers.append("cache-control", "no-store")
            return response
        }
    }

    /// Whose registration, and with which token; without one it is refused as with a wrong one.
    private func managed(_ request: ServerRequest) throws(Rejection) -> (ClientID, Secret) {
        guard let token = request.bearerToken, request.path.hasPrefix(prefix),
            let id = ClientID(String(request.path.dropFirst(prefix.count)))
        else { throw .registrationTokenWrong }
        return (id, token)
    }

    /// RFC 7591 §3.1: a JSON document, and nothing in the query.
    private static func document(_ request: ServerRequest) throws(OAuthError) -> [UInt8] {
        guard request.mediaType == "application/json", request.query == nil else {
            throw OAuthError(.invalidClientMetadata, "send application/json, without a query")
        }
        return request.body
    }

    private func answer(
        _ request: ServerRequest, at now: NumericDate, _ body: (Caller) async throws -> ServerResponse
    ) async -> ServerResponse {
        let caller = Caller(of: request)
        do {
            return try await body(caller)
        } catch {
            if let token = request.bearerToken {
                await provider.notice(keyIn: token, at: "registration", caller: caller, now: now)
            }
            return .failure(error, of: request, logger: logger)
        }
    }
}
