package import JOSE
package import OAuth

/// The person who gave a living authorization, and what UserInfo asks of it.
package struct AuthorizingPerson: Hashable, Sendable {
    package let user: User
    /// To whom it was given.
    package let client: ClientID
    package let expiresAt: NumericDate
    package init(_ user: User, client: ClientID, expiresAt: NumericDate) {
        self.user = user
        self.client = client
        self.expiresAt = expiresAt
    }
}

/// What UserInfo asks, in one read.
package protocol PersonStore: AuthorizationStore, UserStore {
    /// `nil` if the authorization has ended or its person is gone; whether its time is over is the caller's to judge.
    func person(behind grant: GrantID) async throws -> AuthorizingPerson?
}

extension PersonStore {
    package func person(behind grant: GrantID) async throws -> AuthorizingPerson? {
        guard let authorization = try await authorization(grant), let user = try await user(authorization.subject)
        else { return nil }
        return AuthorizingPerson(user, client: authorization.client, expiresAt: authorization.expiresAt)
    }
}
