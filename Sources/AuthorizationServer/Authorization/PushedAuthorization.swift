package import JOSE
package import OAuth
import Storage

/// Pushed authorization requests (RFC 9126): a client sends its request itself, authenticated, and the browser brings a
/// reference that says nothing and works once.
extension OpenIDProvider {
    package func pushAuthorization(
        _ form: FormParameters, from credentials: ClientCredentials, caller: Caller, at now: NumericDate
    ) async throws -> Answered<PushedAuthorizationResponse> {
        do {
            return try await push(form, from: credentials, caller: caller, at: now)
        } catch let rejection as Rejection {
            await record(
                rejection, of: "pushed_authorization", .credentials(credentials), caller: caller, at: now)
            throw rejection
        }
    }

    private func push(
        _ form: FormParameters, from credentials: ClientCredentials, caller: Caller, at now: NumericDate
    ) async throws -> Answered<PushedAuthorizationResponse> {
        let client = try await authenticator.client(credentials, caller: caller, at: now)
        func wrong(_ error: OAuthError) -> Rejection { .authorizationRequestWrong(client.id, error) }
        // RFC 9126 §2.1
        guard form["request_uri"] == nil else {
            throw wrong(OAuthError(.invalidRequest, "a pushed request cannot refer to another one"))
        }
        switch try await requestValidation.validate(Self.naming(client.id, in: form), from: .pushed) {
        case .refuse(.redirectURIWrong): throw wrong(OAuthError(.invalidRequest, "redirect_uri is not registered"))
        case .refuse: throw Rejection.grantTypeNotAllowed(client.id)
        case .error(let error, _, _): throw wrong(error)
        case .valid(let request):
            // A public client proves nothing: whoever knows its name may be a stranger. So may be one that registered
            // itself: whether anybody could when it did, or who had the token for it, nobody knows later.
            let isVouched = client.registration.credentials.method != .none && !request.party.isSelfRegistered
            if !isVouched { try admitWaiting(client.id, from: caller, at: now) }
            let handle = secrets.secret(.pendingAuthorization)
            try await store.insert(
                PendingAuthorization(
                    hash: TokenHash(of: handle), origin: isVouched ? .pushedVouched : .pushed, browser: nil,
                    client: client.id, parameters: request.kept, createdAt: now,
                    expiresAt: now + .seconds(policy.pushedLifetime)), keeping: policy.waitingRequests)
            return Answered(
                PushedAuthorizationResponse(handle: handle, expiresIn: policy.pushedLifetime),
                DecisionFacts("pushed", client: client.id))
        }
    }

    /// The parameters with the `client_id`, which a client that authenticates by a header may have left out. It has
    /// been compared with the header where it is there (``ClientCredentials``).
    private static func naming(_ client: ClientID, in form: FormParameters) throws(OAuthError) -> FormParameters {
        guard form["client_id"] == nil else { return form }
        var writer = FormWriter()
        writer.append("client_id", client.rawValue)
        var written: Set<String> = []
        for name in form.names where written.insert(name).inserted {
            for value in form.all(name) { writer.append(name, value) }
        }
        return try FormParameters(writer.bytes)
    }
}
