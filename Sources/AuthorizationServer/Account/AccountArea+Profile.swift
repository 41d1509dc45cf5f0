package import JOSE
package import OAuth
import Storage

/// What a person wants to change about themselves; attributes that are not named stay, and those without text go.
/// Each is what its field holds (``AttributeSchema/Form/value(of:)``).
package struct ProfileChange: Sendable {
    package var attributes: [String: String]
    /// Of the account as the form showed it; `nil`: whatever it is.
    package var version: Int64?
    /// `nil`: the address stays.
    package var address: AddressChange?
    package init(attributes: [String: String], version: Int64? = nil, address: AddressChange? = nil) {
        self.attributes = attributes
        self.version = version
        self.address = address
    }
}

/// Another address that a person wants, and what proves that it is they who want it.
package struct AddressChange: Sendable {
    package var text: String
    package var password: Secret
    package init(to text: String, password: Secret) {
        self.text = text
        self.password = password
    }
}

extension AccountArea {
    /// Changes the person's own attributes, and their address: all that was wanted, or nothing. What only
    /// administrators may change is refused, whatever a form holds.
    ///
    /// Of another address, the one that the person has hears, and stays until the link that goes to the new one was
    /// used. Whether the new one is somebody's is told to nobody but who reads its mail.
    package func update(_ change: ProfileChange, at now: NumericDate) async throws -> AccountOutcome {
        if let version = change.version, version != user.version { return .conflict }
        var changed = user
        var problems: [Problem] = []
        let fields = apply(change.attributes, to: &changed, &problems)
        var address: LoginName?
        if let wanted = change.address {
            address = LoginName(wanted.text).flatMap { $0.isMailAddress ? $0 : nil }
            if address == nil { problems.append(Problem("email", "is not an e-mail address")) }
        }
        guard problems.isEmpty else { return .invalid(problems) }
        // Judged before anything is written: who does not know it changes nothing.
        if let password = change.address?.password,
            let refusal = try await refusal(of: password, on: "account.address", at: now)
        {
            return refusal
        }
        if address == user.email { address = nil }
        guard !fields.isEmpty || address != nil else { return .done }
        var effects = Effects([])
        if let address {
            // An address that waits for a link which nobody gets would wait for ever.
            guard provider.sendsMail else { return .noMail }
            guard let mails = try await provider.verificationMails(to: address, of: user, browser, at: now) else {
                return .linkLimit
            }
            effects.mails = mails
        }
        if !fields.isEmpty {
            effects.events.append(
                event("account.profile_changed", detail: fields.joined(separator: ", "), at: now))
        }
        if let address {
            changed.pendingEmail = address
            effects.events.append(event("account.address_changed", at: now))
            effects.events.append(event("account.verification_requested", at: now))
            let notice = MailMessage.addressChanged(to: address.rawValue, .init(browser, at: now))
            effects.mails += try provider.notices(notice, to: user, at: now)
        }
        changed.updatedAt = now
        return outcome(of: try await store.update(changed, ending: nil, at: now, with: effects), at: now)
    }

    /// Sends once more the link that proves the address which waits for it.
    package func sendVerificationLink(at now: NumericDate) async throws -> AccountOutcome {
        guard user.unprovenEmail != nil else { return .gone }
        guard provider.sendsMail else { return .noMail }
        return try await provider.sendVerificationLink(to: user, browser: browser, at: now) ? .done : .linkLimit
    }

    /// Returns the names of the attributes that change.
    private func apply(
        _ attributes: [String: String], to changed: inout User, _ problems: inout [Problem]
    ) -> [String] {
        var fields: [String] = []
        for (name, text) in attributes.sorted(by: { $0.key < $1.key }) {
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
        return fields
    }

    /// Wants another address, and nothing else.
    package func changeAddress(
        to text: String, password: Secret, at now: NumericDate
    ) async throws -> AccountOutcome {
        try await update(
            ProfileChange(attributes: [:], address: AddressChange(to: text, password: password)), at: now)
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
