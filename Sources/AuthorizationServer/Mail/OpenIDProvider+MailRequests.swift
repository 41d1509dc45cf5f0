import JOSE
import OAuth
import Storage

extension OpenIDProvider {
    /// Does what a stranger asked for, when nobody waits for it any more.
    func answer(_ entry: MailRequests.Entry, at now: NumericDate) async throws {
        switch entry.request {
        case .reset(let name):
            guard let user = try await store.user(signingInAs: name), user.mayAct,
                try await mayBeOpened(user, at: now)
            else { return }
            _ = try await sendResetLink(to: user, asking: entry.browser, at: now)
        case .register(let address):
            try await register(address, asking: entry.browser, at: now)
        }
    }

    /// Whether a stranger's wish may lead to a link. An account that never had a password is opened by its invitation:
    /// where that was withdrawn, or its time is over, asking for a reset must not stand in for it.
    private func mayBeOpened(_ user: User, at now: NumericDate) async throws -> Bool {
        if try await store.password(of: user.id) != nil { return true }
        return try await store.mailLinks(to: user.id, at: now).contains { $0.purpose == .invitation }
    }

    /// Only to an address that was proven to be the person's: a slip in an address must not open the account to whoever
    /// has it.
    func sendResetLink(to user: User, asking browser: Browser, at now: NumericDate) async throws -> Bool {
        guard user.isEmailVerified, let address = user.email else { return false }
        let event = AuditEvent(
            at: now, action: "account.reset_requested", actor: "anonymous", target: "user:\(user.id)",
            address: browser.caller.address, requestID: browser.caller.requestID)
        return try await sendLink(.resetPassword, to: address, of: user, browser, recording: event, at: now) {
            .resetPassword(link: $0, lifetime: policy.people.resetLinkLifetime)
        }
    }

    func sendVerificationLink(to user: User, browser: Browser, at now: NumericDate) async throws -> Bool {
        guard let address = user.unprovenEmail else { return false }
        let event = personEvent("account.verification_requested", of: user.id, by: browser, at: now)
        return try await sendLink(.verifyAddress, to: address, of: user, browser, recording: event, at: now) {
            verification(by: $0)
        }
    }

    /// The mail with the link that proves an address which the person is about to want. It goes out with that wish, in
    /// one transaction; until then the link does nothing. `nil` if the person got enough of them: then nothing changed,
    /// and the link that they got last still works.
    func verificationMails(
        to address: LoginName, of user: User, _ browser: Browser, at now: NumericDate
    ) async throws -> [MailItem]? {
        let (link, secret) = newLink(.verifyAddress, to: address, of: user, at: now)
        let message = verification(by: composer.link(link.purpose.page, secret))
        let mails = try mails(message, to: address, of: user, languages: browser.languages, at: now)
        guard try await store.insert(link, perHour: policy.people.mailsPerHour, with: Effects([])) else { return nil }
        return mails
    }

    private func verification(by link: String) -> MailMessage {
        .verifyAddress(link: link, lifetime: policy.people.verificationLinkLifetime)
    }

    func sendInvitation(
        to user: User, browser: Browser, recording event: AuditEvent, at now: NumericDate
    ) async throws -> Bool {
        guard let address = user.email else { return false }
        return try await sendLink(.invitation, to: address, of: user, browser, recording: event, at: now) {
            .invitation(link: $0, lifetime: policy.people.invitationLifetime, username: user.username)
        }
    }

    /// Makes a link and queues its mail, in one transaction. `false` if the person got enough mails of that kind, or none
    /// can be sent.
    private func sendLink(
        _ purpose: MailLink.Purpose, to address: LoginName, of user: User, _ browser: Browser,
        recording event: AuditEvent, at now: NumericDate, saying message: (String) -> MailMessage
    ) async throws -> Bool {
        let (link, secret) = newLink(purpose, to: address, of: user, at: now)
        let text = message(composer.link(purpose.page, secret))
        let mails = try mails(text, to: address, of: user, languages: browser.languages, at: now)
        guard !mails.isEmpty else { return false }
        return try await store.insert(
            link, perHour: policy.people.mailsPerHour, with: Effects([event], mails: mails))
    }

    /// For the mail that ``mails(_:to:of:languages:at:)`` makes of it, or to be handed over where it makes none.
    func newLink(
        _ purpose: MailLink.Purpose, to address: LoginName, of user: User, at now: NumericDate
    ) -> (link: MailLink, secret: Secret) {
        let secret = secrets.secret(.mailLink)
        let lifetime =
            switch purpose {
            case .resetPassword: policy.people.resetLinkLifetime
            case .verifyAddress: policy.people.verificationLinkLifetime
            case .invitation: policy.people.invitationLifetime
            }
        let link = MailLink(
            hash: TokenHash(of: secret), purpose: purpose, subject: user.id, email: address, createdAt: now,
            expiresAt: now + .seconds(lifetime), isMailed: canMail(to: address))
        return (link, secret)
    }

    /// A new account has no password until its owner opens the mail; an old one is told that it exists.
    private func register(_ address: LoginName, asking browser: Browser, at now: NumericDate) async throws {
        let event = AuditEvent(
            at: now, action: "account.registered", actor: "anonymous", address: browser.caller.address,
            requestID: browser.caller.requestID)
        if let user = try await store.user(signingInAs: address) {
            try await remind(user, of: address, asking: browser, event, at: now)
            return
        }
        let user = User(
            id: Subject(unchecked: secrets.identifier()), username: address, email: address,
            expiresAt: now + .seconds(policy.people.unclaimedLifetime), createdAt: now)
        var created = event
        created.target = "user:\(user.id)"
        guard try await store.insert(user, password: nil, with: Effects([created])) == .inserted else { return }
        created.action = "account.invited"
        _ = try await sendInvitation(to: user, browser: browser, recording: created, at: now)
    }

    private func remind(
        _ user: User, of address: LoginName, asking browser: Browser, _ event: AuditEvent, at now: NumericDate
    ) async throws {
        // Somebody's user name may look like an address that is not theirs.
        guard user.mayAct, user.email == address else { return }
        // An account that a stranger's wish made is the next one's to take up: whoever may register makes it anew.
        if user.expiresAt == nil, try await !mayBeOpened(user, at: now) { return }
        var again = event
        again.target = "user:\(user.id)"
        if !user.isEmailVerified, try await store.password(of: user.id) == nil {
            again.action = "account.invited"
            guard try await sendInvitation(to: user, browser: browser, recording: again, at: now) else { return }
            guard user.expiresAt != nil else { return }
            // The account lives as long as the link to it.
            var later = user
            later.expiresAt = now + .seconds(policy.people.unclaimedLifetime)
            _ = try await store.update(later, ending: nil, at: now, with: Effects([]))
        } else if user.isEmailVerified {
            again.action = "account.reset_requested"
            _ = try await sendLink(.resetPassword, to: address, of: user, browser, recording: again, at: now) {
                .alreadyRegistered(link: $0)
            }
        }
    }
}

extension MailLink.Purpose {
    /// The page that its links open.
    var page: MailComposer.LinkPage {
        switch self {
        case .resetPassword: .reset
        case .verifyAddress: .verifyAddress
        case .invitation: .invitation
        }
    }
}
