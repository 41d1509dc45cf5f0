package import OAuth

/// A living authorization, and the person who gave it.
package struct AuthorizedPerson: Hashable, Sendable {
    package let authorization: Authorization
    package let user: User
    package init(authorization: Authorization, user: User) {
        self.authorization = authorization
        self.user = user
    }
}

/// What UserInfo asks, in one read.
package protocol PersonStore: AuthorizationStore, UserStore {
    /// `nil` if the authorization has ended or its person is gone; whether its time is over is the caller's to judge.
    func person(behind grant: GrantID) async throws -> AuthorizedPerson?
}

extension PersonStore {
    package func person(behind grant: GrantID) async throws -> AuthorizedPerson? {
        guard let authorization = try await authorization(grant), let user = try await user(authorization.subject)
        else { return nil }
        return AuthorizedPerson(authorization: authorization, user: user)
    }
}
