package import JOSE
package import OAuth

/// The person who gave a living authorization, and what UserInfo asks of it.
package struct AuthorizingPerson: Hashable, Sendable {
    package let user: User
    /// To whom it was given.
    package let client: ClientID
    package let expiresAt: NumericDate
    /// The `claims` parameter (OpenID Core §5.5) as it was accepted.
    package let claimsRequest: String?
    /// What about themselves they agree to today, for this client; not looked up where no claims were asked for.
    package let agreedScope: Scope
    package init(
        _ user: User, client: ClientID, expiresAt: NumericDate, claimsRequest: String? = nil,
        agreedScope: Scope = .empty
    ) {
        self.user = user
        self.client = client
        self.expiresAt = expiresAt
        self.claimsRequest = claimsRequest
        self.agreedScope = agreedScope
    }
}

/// What UserInfo asks, in one read.
package protocol PersonStore: AuthorizationStore, ConsentStore, UserStore {
    /// `nil` if the authorization has ended or its person is gone; whether its time is over is the caller's to judge.
    nonisolated(nonsending) func person(behind grant: GrantID) async throws -> AuthorizingPerson?
}

extension PersonStore {
    package nonisolated(nonsending) func person(behind grant: GrantID) async throws -> AuthorizingPerson? {
        guard let authorization = try await authorization(grant), let user = try await user(authorization.subject)
        else { return nil }
        var agreed: Scope?
        if authorization.claimsRequest != nil {
            agreed = try await consent(of: authorization.subject, to: authorization.client)?.identityScope
        }
        return AuthorizingPerson(
            user, client: authorization.client, expiresAt: authorization.expiresAt,
            claimsRequest: authorization.claimsRequest, agreedScope: agreed ?? .empty)
    }
}
