package import JOSE
package import OAuth
import Storage

/// What a person wants to change about themselves; attributes that are not named stay, and those without text go.
/// Each is what its field holds (``AttributeSchema/Form/value(of:)``).
package struct ProfileChange: Sendable {
    package var attributes: [String: String]
    /// Of the account as the form showed it; `nil`: whatever it is.
    package var version: Int64?
    package init(attributes: [String: String], version: Int64? = nil) {
        self.attributes = attributes
        self.version = version
    }
}

extension AccountArea {
    /// Changes the person's own attributes. What only administrators may change is refused, whatever a form holds.
    package func update(_ change: ProfileChange, at now: NumericDate) async throws -> AccountOutcome {
        var changed = user
        if let version = change.version, version != user.version { return .conflict }
        var problems: [Problem] = []
        var fields: [String] = []
        for (name, text) in change.attributes.sorted(by: { $0.key < $1.key }) {
            let form = schema.attributes[name]?.form ?? .string
            // A form shows an address, or a value of an older schema, not in all its parts: untouched, it stays.
            guard !form.isSame(text, form.text(of: user.attributes[name])) else { continue }
            let value = form.value(of: text)
            // Removing what is not there is no change; removing what is an administrator's is one.
            guard value != user.attributes[name] else { continue }
            if let problem = schema.problem(with: name, value ?? user.attributes[name] ?? .null, by: .person) {
                problems.append(Problem(name, problem))
                continue
            }
            changed.attributes[name] = value
            fields.append(name)
        }
        if changed.attributes.jsonBytes.count > AttributeSchema.maximumTotal {
            problems.append(Problem("attributes", "are too long together"))
        }
        guard problems.isEmpty else { return .invalid(problems) }
        guard !fields.isEmpty else { return .done }
        changed.updatedAt = now
        let event = event("account.profile_changed", detail: fields.joined(separator: ", "), at: now)
        return outcome(
            of: try await store.update(changed, ending: nil, at: now, with: Effects([event])), at: now)
    }

    /// Wants another address: the one that the person has hears of it, and stays until the link that goes to the new
    /// one was used. Whether the new one is somebody's is told to nobody but who reads its mail.
    package func changeAddress(
        to text: String, password: Secret, at now: NumericDate
    ) async throws -> AccountOutcome {
        guard let address = LoginName(text), address.isMailAddress else {
            return .invalid([Problem("email", "is not an e-mail address")])
        }
        if let refusal = try await refusal(of: password, on: "account.address", at: now) { return refusal }
        guard address != user.email else { return .done }
        var changed = user
        changed.pendingEmail = address
        changed.updatedAt = now
        let notice = MailMessage.addressChanged(to: address.rawValue, .init(browser, at: now))
        let effects = Effects(
            [event("account.address_changed", at: now)],
            mails: try provider.notices(notice, to: user, at: now))
        let outcome = outcome(of: try await store.update(changed, ending: nil, at: now, with: effects), at: now)
        guard case .done = outcome else { return outcome }
        _ = try await provider.sendVerificationLink(to: changed, browser: browser, at: now)
        return .done
    }

    /// Calls off a change of address that waits for its proof: the link that was sent does nothing any more.
    package func keepAddress(at now: NumericDate) async throws -> AccountOutcome {
        guard user.pendingEmail != nil else { return .done }
        var changed = user
        changed.pendingEmail = nil
        changed.updatedAt = now
        let effects = Effects([event("account.address_kept", at: now)])
        return outcome(of: try await store.update(changed, ending: nil, at: now, with: effects), at: now)
    }

    private var schema: AttributeSchema { provider.policy.people.attributes }
}
