package import JOSE
package import OAuth
package import Storage

extension Administration {
    /// What a person gave to clients and what still lives, by client and newest first.
    package func authorizations(
        of id: Subject, by administrator: Administrator, at now: NumericDate
    ) async throws -> [Authorization] {
        try demand(.read, of: administrator, at: now)
        _ = try await existingUser(id)
        return try await store.authorizations(of: id, at: now)
    }

    /// What a person agreed to.
    package func consents(
        of id: Subject, by administrator: Administrator, at now: NumericDate
    ) async throws -> [Consent] {
        try demand(.read, of: administrator, at: now)
        _ = try await existingUser(id)
        return try await store.consents(of: id)
    }

    /// Ends one authorization with its code, refresh token and access tokens; the client is told, too, that the session
    /// in which it was given is over for it.
    package func endAuthorization(
        _ id: GrantID, by administrator: Administrator, at now: NumericDate
    ) async throws {
        try demand(.write, of: administrator, at: now)
        guard let authorization = try await store.authorization(id) else {
            throw AdministrationError.missing("authorization")
        }
        let event = event(
            "authorization.ended", on: "user:\(authorization.subject)",
            detail: "\(ClientMention(authorization.client))", by: administrator, at: now)
        try await provider.end(.grant(id), because: .administrator, with: Effects([event]), at: now)
    }

    /// Ends all that a person gave to a client, and forgets that they agreed. A client that is not registered is
    /// missing, unless it has left something behind.
    package func endApplication(
        _ client: ClientID, of id: Subject, by administrator: Administrator, at now: NumericDate
    ) async throws {
        try demand(.write, of: administrator, at: now)
        _ = try await existingUser(id)
        guard try await isKnown(client, to: id, at: now) else { throw AdministrationError.missing("client") }
        let event = event(
            "application.ended", on: "user:\(id)", detail: "\(ClientMention(client))", by: administrator, at: now)
        try await provider.end(.application(id, client), because: .administrator, with: Effects([event]), at: now)
    }

    private func isKnown(_ client: ClientID, to id: Subject, at now: NumericDate) async throws -> Bool {
        if try await store.client(client) != nil { return true }
        if try await store.consents(of: id).contains(where: { $0.client == client }) { return true }
        return try await store.authorizations(of: id, at: now).contains { $0.client == client }
    }
}
