package import JOSE
package import OAuth

/// Lets whoever has it register clients, a number of times (RFC 7591 §1.2); kept as a hash.
package struct InitialAccessToken: Hashable, Sendable {
    /// Names the token in commands and the audit log; reveals nothing about it.
    package let id: String
    package let hash: TokenHash
    package var usesLeft: Int
    package let createdAt: NumericDate
    package let expiresAt: NumericDate

    package init(id: String, hash: TokenHash, usesLeft: Int, createdAt: NumericDate, expiresAt: NumericDate) {
        self.id = id
        self.hash = hash
        self.usesLeft = usesLeft
        self.createdAt = createdAt
        self.expiresAt = expiresAt
    }
}

/// On what conditions a client registers itself.
package struct RegistrationTerms: Sendable {
    /// The token that is used once more; `nil`: none is demanded.
    package let spending: TokenHash?
    /// So many clients that registered themselves are there at most.
    package let maximumClients: Int
    package let now: NumericDate

    package init(spending: TokenHash?, maximumClients: Int, at now: NumericDate) {
        self.spending = spending
        self.maximumClients = maximumClients
        self.now = now
    }
}

/// How a registration ended; nothing is written unless it is `done`.
package enum RegistrationResult: Hashable, Sendable {
    case done
    /// A client, a resource or a person already has this `client_id`.
    case exists
    /// The token is unknown, expired or used up.
    case tokenRefused
    /// There are as many clients of that kind as may be.
    case full
}

/// Clients that register themselves, and what lets them.
package protocol RegistrationStore: Sendable {
    /// `false`, and nothing written, if `most` tokens that have not expired are there.
    func insert(_ token: InitialAccessToken, most: Int, recording event: AuditEvent) async throws -> Bool
    /// Whether the token could be spent now.
    func acceptsInitialAccessToken(_ hash: TokenHash, at now: NumericDate) async throws -> Bool
    /// In the order of their ids, after `id`, at most `limit`; also those that expired or are used up, until they are
    /// swept away.
    func initialAccessTokens(after id: String?, limit: Int) async throws -> [InitialAccessToken]
    /// Whether there was such a token.
    func deleteInitialAccessToken(_ id: String, recording event: AuditEvent) async throws -> Bool
    /// Writes the client and spends one use of the token, all or nothing. What is told first: the token, the number.
    func register(
        _ client: RegisteredClient, on terms: RegistrationTerms, recording event: AuditEvent
    ) async throws -> RegistrationResult
    /// Clients that registered themselves before `date` and that hold nothing of anybody: no consent, no authorization
    /// and no waiting request. In the order of their ids, at most `limit`.
    func unusedRegistrations(before date: NumericDate, limit: Int) async throws -> [ClientID]
}
