package import JOSE
package import OAuth
package import Storage

extension Administration {
    /// Where a person is signed in, newest first.
    package func sessions(
        of id: Subject, by administrator: Administrator, at now: NumericDate
    ) async throws -> [Session] {
        try demand(.read, of: administrator, at: now)
        _ = try await existingUser(id)
        return try await store.sessions(of: id, at: now)
    }

    /// Ends one session with all that hangs from it.
    package func endSession(
        _ id: SessionID, by administrator: Administrator, at now: NumericDate
    ) async throws {
        try demand(.write, of: administrator, at: now)
        guard let session = try await store.session(id, at: now) else { throw AdministrationError.missing("session") }
        let event = event(
            "session.ended", on: "user:\(session.subject)", detail: "session=\(id)", by: administrator, at: now)
        try await provider.end(.session(id), because: .administrator, with: Effects([event]), at: now)
    }

    /// Ends all sessions of a person, and all that they gave.
    package func endSessions(
        of id: Subject, by administrator: Administrator, at now: NumericDate
    ) async throws {
        try demand(.write, of: administrator, at: now)
        _ = try await existingUser(id)
        let event = event("user.sessions_ended", on: "user:\(id)", by: administrator, at: now)
        try await provider.end(.subject(id, keeping: nil), because: .administrator, with: Effects([event]), at: now)
    }
}
