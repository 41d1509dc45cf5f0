package import JOSE
package import OAuth
import Storage

/// A link that was made for a person.
package struct IssuedLink: Sendable {
    /// Sent to the person's address; then nobody else sees it.
    package let isMailed: Bool
    /// For the administrator to hand over, if it could not be mailed.
    package let address: Secret?
    package let expiresAt: NumericDate
}

extension Administration {
    /// Sets a password; everything that hung from the old one ends.
    package func setPassword(
        _ password: Secret, of id: Subject, by administrator: Administrator, at now: NumericDate
    ) async throws {
        try demand(.write, of: administrator, at: now)
        let user = try await existingUser(id)
        let stored = try await hashed(password, for: user, at: now)
        let event = event("user.password_set", on: "user:\(id)", by: administrator, at: now)
        let notices = try provider.notices(.passwordChanged(circumstances(at: now)), to: user, at: now)
        let change = try await store.setPassword(
            stored, of: id, ending: .subject(id, keeping: nil), at: now, with: Effects([event], mails: notices))
        try apply(change, at: now)
        try await provider.forgetBrowsers(of: id, keeping: nil)
    }

    /// What a person is told of an administrator's change: who runs the place, not from where.
    func circumstances(at now: NumericDate) -> MailMessage.Circumstances {
        MailMessage.Circumstances(at: now, address: provider.policy.people.displayName, userAgent: "")
    }

    /// Makes a link with which a person chooses their first password.
    package func invite(
        _ id: Subject, by administrator: Administrator, at now: NumericDate
    ) async throws -> IssuedLink {
        try await issueLink(.invitation, to: id, by: administrator, at: now)
    }

    /// Makes a link with which a person chooses a new password.
    package func resetLink(
        for id: Subject, by administrator: Administrator, at now: NumericDate
    ) async throws -> IssuedLink {
        try await issueLink(.resetPassword, to: id, by: administrator, at: now)
    }

    private func issueLink(
        _ purpose: MailLink.Purpose, to id: Subject, by administrator: Administrator, at now: NumericDate
    ) async throws -> IssuedLink {
        try demand(.write, of: administrator, at: now)
        let user = try await existingUser(id)
        guard user.mayAct else { throw AdministrationError.conflict("the account is disabled or locked down") }
        guard let address = user.email else { throw AdministrationError.conflict("the user has no e-mail address") }
        // It would be a reset that lives for days.
        if purpose == .invitation, try await store.password(of: id) != nil {
            throw AdministrationError.conflict("the user has a password; send a reset link instead")
        }
        let (link, secret) = provider.newLink(purpose, to: address, of: user, at: now)
        let url = provider.composer.link(purpose.page, secret)
        let policy = provider.policy.people
        let message: MailMessage =
            purpose == .invitation
            ? .invitation(link: url, lifetime: policy.invitationLifetime, username: user.username)
            : .resetPassword(link: url, lifetime: policy.resetLinkLifetime)
        let mails = try provider.mails(message, to: address, of: user, languages: [], at: now)
        let event = event(
            purpose == .invitation ? "account.invited" : "account.reset_requested", on: "user:\(id)",
            detail: mails.isEmpty ? "handed over" : "mailed", by: administrator, at: now)
        guard
            try await store.insert(
                link, perHour: policy.mailsPerHour, with: Effects([event], mails: mails))
        else { throw AdministrationError.conflict("the user got \(policy.mailsPerHour) such links within the hour") }
        return IssuedLink(
            isMailed: !mails.isEmpty, address: mails.isEmpty ? Secret(url) : nil, expiresAt: link.expiresAt)
    }
}
