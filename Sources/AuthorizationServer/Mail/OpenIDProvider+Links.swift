import Authenticators
package import JOSE
package import OAuth
package import Storage

/// How a page that takes a link's secret ended.
package enum LinkOutcome: Sendable {
    case done
    /// Used, replaced, expired, or never made.
    case gone
    /// The new password may not be chosen.
    case unfit(UnfitPassword)
    /// Nothing was done.
    case busy(retryAfter: Int64)
}

/// How the wish of a stranger for an account was taken.
package enum RegistrationWish: Hashable, Sendable {
    /// Taken. What comes of it is told to nobody but who reads that address's mail.
    case taken
    /// No mail can go there, whoever it is: that tells nothing about accounts.
    case malformed
    /// The operator does not allow it.
    case notAllowed
}

/// What a link in a mail opens, for the page that asks what to do with it.
package struct OpenedLink: Hashable, Sendable {
    package let username: LoginName
    package let address: LoginName
}

extension OpenIDProvider {
    /// Somebody asks for a new password. The answer is the same for every login, and given before anybody looks it up.
    package func requestReset(login: String, browser: Browser, at now: NumericDate) {
        guard let name = LoginName(login) else { return }
        mailRequests.add(.reset(name), from: browser, at: now)
    }

    /// Somebody wants an account for an address. The answer is the same whether there is one.
    package func selfRegister(address: String, browser: Browser, at now: NumericDate) -> RegistrationWish {
        guard policy.people.allowsSelfRegistration else { return .notAllowed }
        guard let name = LoginName(address), name.isMailAddress else { return .malformed }
        mailRequests.add(.register(name), from: browser, at: now)
        return .taken
    }

    /// Looks at a link without spending it: mail programs open links by themselves.
    package func openedLink(
        _ secret: Secret, for purpose: MailLink.Purpose, at now: NumericDate
    ) async throws -> OpenedLink? {
        guard let link = try await store.mailLink(TokenHash(of: secret), for: purpose, at: now),
            let user = try await store.user(link.subject)
        else { return nil }
        return OpenedLink(username: user.username, address: link.email)
    }

    /// Sets a password by the link of a reset mail, and ends all that the person has: who knew the old one is out.
    package func resetPassword(
        link secret: Secret, password: Secret, again: Secret, browser: Browser, at now: NumericDate
    ) async throws -> LinkOutcome {
        try await setPassword(
            spending: secret, for: .resetPassword, NewPassword(password, again: again), browser, at: now)
    }

    /// Sets the first password of an invited person.
    package func acceptInvitation(
        link secret: Secret, password: Secret, again: Secret, browser: Browser, at now: NumericDate
    ) async throws -> LinkOutcome {
        try await setPassword(
            spending: secret, for: .invitation, NewPassword(password, again: again), browser, at: now)
    }

    /// Marks an address as the person's.
    package func verifyAddress(link secret: Secret, browser: Browser, at now: NumericDate) async throws -> LinkOutcome {
        let hash = TokenHash(of: secret)
        guard let link = try await store.mailLink(hash, for: .verifyAddress, at: now) else { return .gone }
        guard let user = try await store.user(link.subject) else { return .gone }
        let event = personEvent("account.address_verified", of: user.id, by: browser, at: now)
        // The address that is not the person's any more hears of it: whoever loses an account loses it here.
        let notices =
            user.email == link.email
            ? []
            : try notices(
                .addressReplaced(by: link.email.rawValue, .init(browser, at: now)), to: user, at: now)
        let effects = Effects([event], mails: notices)
        return try await store.verifyAddress(spending: hash, at: now, with: effects) == nil ? .gone : .done
    }

    private func setPassword(
        spending secret: Secret, for purpose: MailLink.Purpose, _ new: NewPassword, _ browser: Browser,
        at now: NumericDate
    ) async throws -> LinkOutcome {
        let hash = TokenHash(of: secret)
        guard let link = try await store.mailLink(hash, for: purpose, at: now),
            let user = try await store.user(link.subject)
        else { return .gone }
        let password: Password
        switch judge(new, for: user) {
        case .success(let accepted): password = accepted
        case .failure(let unfit): return .unfit(unfit)
        }
        let stored: StoredPassword
        do {
            stored = StoredPassword(
                encoded: try await passwords.hash(password).encoded.revealedValue, changedAt: now)
        } catch { return .busy(retryAfter: 2) }
        let isReset = purpose == .resetPassword
        let event = personEvent(
            isReset ? "account.password_reset" : "account.invitation_accepted", of: user.id, by: browser, at: now)
        // Who had a password hears that it is another one, whatever the link was called.
        let isNew = try await store.password(of: user.id) == nil
        let mails =
            isReset || !isNew
            ? try self.mails(
                .passwordChanged(.init(browser, at: now)), to: link.email, of: user, languages: browser.languages,
                at: now) : []
        let change = try await store.setPassword(
            stored, spending: hash, for: purpose, at: now, with: Effects([event], mails: mails))
        guard case .done(let ended) = change else { return .gone }
        revocations.apply(ended, at: now)
        // Whoever knew the old password was let in by the throttle like the owner.
        try await forgetBrowsers(of: user.id, keeping: browser.hash)
        if let device = browser.hash { signInThrottle.trust(device, of: user.id) }
        return .done
    }
}
