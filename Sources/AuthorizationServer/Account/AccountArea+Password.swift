import Authenticators
package import JOSE
package import OAuth
import Storage

extension AccountArea {
    /// Changes the password: all other sessions end, with what was given in them, and this one gets a new secret.
    package func changePassword(
        current: Secret, to new: Secret, again: Secret, at now: NumericDate
    ) async throws -> AccountOutcome {
        let password: Password
        switch provider.judge(NewPassword(new, again: again), for: user) {
        case .success(let accepted): password = accepted
        case .failure(let unfit): return .unfit(unfit)
        }
        let old = try await store.password(of: user.id)
        if let refusal = try await refusal(of: current, on: "account.password", at: now) { return refusal }
        let hash: PasswordHash
        do { hash = try await provider.passwords.hash(password) } catch { return .busy(retryAfter: 2) }
        let effects = Effects(
            [event("account.password_changed", at: now)],
            mails: try provider.notices(.passwordChanged(.init(browser, at: now)), to: user, at: now))
        let change = try await store.setPassword(
            StoredPassword(encoded: hash.encoded.revealedValue, changedAt: now), of: user.id, replacing: old,
            ending: .subject(user.id, keeping: person.session.id), at: now, with: effects)
        let outcome = outcome(of: change, at: now)
        guard case .done = outcome else { return outcome }
        try await provider.forgetBrowsers(of: user.id, keeping: browser.hash)
        return try await renewSession(at: now)
    }

    /// Gives this browser's session a new secret: whoever had the old one is out.
    private func renewSession(at now: NumericDate) async throws -> AccountOutcome {
        guard let renewed = try await store.user(user.id),
            let (secrets, _) = try await provider.startSession(
                of: renewed, methods: ["pwd"], in: browser, with: Effects([]), at: now)
        else { return .gone }
        return .renewed(secrets)
    }
}
