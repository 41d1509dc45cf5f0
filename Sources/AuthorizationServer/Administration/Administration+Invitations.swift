package import JOSE
package import OAuth
package import Storage

extension Administration {
    /// Invitations that would still work, in the order of the ids of those who are invited.
    package func invitations(
        after id: Subject?, limit: Int, by administrator: Administrator, at now: NumericDate
    ) async throws -> [MailLink] {
        try demand(.read, of: administrator, at: now)
        return try await store.mailLinks(for: .invitation, after: id, limit: try pageSize(limit), at: now)
    }

    /// Makes a person's invitation useless, also one that lies in their mailbox.
    package func withdrawInvitation(
        of id: Subject, by administrator: Administrator, at now: NumericDate
    ) async throws {
        try demand(.write, of: administrator, at: now)
        _ = try await existingUser(id)
        let event = event("account.invitation_withdrawn", on: "user:\(id)", by: administrator, at: now)
        guard try await store.withdrawLinks(of: id, for: .invitation, at: now, with: Effects([event])) else {
            throw AdministrationError.missing("invitation")
        }
    }
}
