import Authenticators
package import JOSE
package import OAuth
package import Storage

extension Administration {
    /// People in the order of their ids; `search` is the beginning of a user name or address.
    package func users(
        matching search: String? = nil, after id: Subject?, limit: Int, by administrator: Administrator,
        at now: NumericDate
    ) async throws -> [User] {
        try demand(.read, of: administrator, at: now)
        return try await store.users(matching: search, after: id, limit: try pageSize(limit))
    }

    package func user(
        _ id: Subject, by administrator: Administrator, at now: NumericDate
    ) async throws -> User {
        try demand(.read, of: administrator, at: now)
        return try await existingUser(id)
    }

    /// Creates a person, with a password, with the hash of another system, or with neither: then they are invited.
    package func createUser(
        _ draft: UserDraft, by administrator: Administrator, at now: NumericDate
    ) async throws -> User {
        try demand(.write, of: administrator, at: now)
        let user = try draft.checked(policy: provider.policy.people, secrets: provider.secrets, at: now)
        var stored = draft.passwordHash.map { StoredPassword(encoded: $0.revealedValue, changedAt: now) }
        if let password = draft.password { stored = try await hashed(password, for: user, at: now) }
        let how = draft.passwordHash != nil ? "with an imported hash" : stored == nil ? "without a password" : ""
        let event = event("user.created", on: "user:\(user.id)", detail: how, by: administrator, at: now)
        guard try await store.insert(user, password: stored, with: Effects([event])) == .inserted else {
            throw AdministrationError.conflict("the user name or the address belongs to somebody")
        }
        if draft.passwordHash != nil, let stored { provider.expect([stored]) }
        return user
    }

    package func updateUser(
        _ id: Subject, with update: UserUpdate, expecting version: Int64? = nil, by administrator: Administrator,
        at now: NumericDate
    ) async throws -> User {
        try demand(.write, of: administrator, at: now)
        return try await changes.alone {
            let user = try await existingUser(id)
            try check(version, against: user.version)
            let changed = try update.checked(against: user, schema: provider.policy.people.attributes, at: now)
            let fields = user.changedFields(to: changed)
            guard !fields.isEmpty else { return user }
            let action =
                user.isEnabled == changed.isEnabled
                ? "user.updated" : changed.isEnabled ? "user.enabled" : "user.disabled"
            let event = event(
                action, on: "user:\(id)", detail: "changed \(fields.joined(separator: ", "))", by: administrator,
                at: now)
            let isDisabling = user.isEnabled && !changed.isEnabled
            return try await save(
                changed, endingAll: isDisabling, recording: event, telling: replaced(user, by: changed, at: now),
                at: now)
        }
    }

    /// Shuts everything of an account at once, whatever is going on in it.
    package func lockDown(
        _ id: Subject, by administrator: Administrator, at now: NumericDate
    ) async throws -> User {
        try demand(.write, of: administrator, at: now)
        return try await changes.alone {
            var user = try await existingUser(id)
            user.lockedDownAt = user.lockedDownAt ?? now
            let event = event("user.locked_down", on: "user:\(id)", by: administrator, at: now)
            let saved = try await save(user, endingAll: true, recording: event, at: now)
            // A browser of whoever was in the account is no friend of it any more.
            try await provider.forgetBrowsers(of: id, keeping: nil)
            return saved
        }
    }

    /// Opens an account again; what ended stays ended.
    package func release(
        _ id: Subject, by administrator: Administrator, at now: NumericDate
    ) async throws -> User {
        try demand(.write, of: administrator, at: now)
        return try await changes.alone {
            var user = try await existingUser(id)
            guard user.lockedDownAt != nil else { return user }
            user.lockedDownAt = nil
            let event = event("user.released", on: "user:\(id)", by: administrator, at: now)
            return try await save(user, endingAll: false, recording: event, at: now)
        }
    }

    package func deleteUser(
        _ id: Subject, expecting version: Int64? = nil, by administrator: Administrator, at now: NumericDate
    ) async throws {
        try demand(.write, of: administrator, at: now)
        try await changes.alone {
            let user = try await existingUser(id)
            try check(version, against: user.version)
            let event = event("user.deleted", on: "user:\(id)", by: administrator, at: now)
            try apply(try await store.deleteUser(id, at: now, with: Effects([event])), at: now)
        }
    }

    func existingUser(_ id: Subject) async throws -> User {
        guard let user = try await store.user(id) else { throw AdministrationError.missing("user") }
        return user
    }

    /// To the address that is not the person's any more, as when they moved to another one themselves.
    private func replaced(_ user: User, by changed: User, at now: NumericDate) throws -> [MailItem] {
        guard let address = changed.email, address != user.email else { return [] }
        return try provider.notices(
            .addressReplaced(by: address.rawValue, circumstances(at: now)), to: user, at: now)
    }

    private func save(
        _ user: User, endingAll: Bool, recording event: AuditEvent, telling notices: [MailItem] = [],
        at now: NumericDate
    ) async throws -> User {
        var changed = user
        changed.updatedAt = now
        let target = endingAll ? EndTarget.subject(user.id, keeping: nil) : nil
        let effects = Effects([event], mails: notices)
        try apply(try await store.update(changed, ending: target, at: now, with: effects), at: now)
        return try await existingUser(user.id)
    }

    /// What ended with a change ends in memory before the answer.
    func apply(_ change: UserChange, at now: NumericDate) throws(AdministrationError) {
        switch change {
        case .done(let ended): provider.revocations.apply(ended, at: now)
        case .missing: throw .missing("user")
        case .conflict: throw .conflict("somebody else changed the user; read it again")
        case .exists: throw .conflict("the user name or the address belongs to somebody")
        }
    }

    func hashed(_ password: Secret, for user: User, at now: NumericDate) async throws -> StoredPassword {
        switch provider.judge(NewPassword(password, again: password), for: user) {
        case .failure(let unfit):
            throw AdministrationError.invalid([Problem("password", unfit.description)])
        case .success(let accepted):
            do {
                return StoredPassword(
                    encoded: try await provider.passwords.hash(accepted).encoded.revealedValue, changedAt: now)
            } catch { throw StoreError.busy }
        }
    }
}

extension UnfitPassword: CustomStringConvertible {
    /// For administrators, in English.
    package var description: String {
        switch self {
        case .repetitionDiffers: "was not typed the same twice"
        case .weak(.tooShort(let minimum)): "must be at least \(minimum) characters long"
        case .weak(.tooLong): "must be at most \(Password.maximumLength) bytes long"
        case .weak(.controlCharacter): "must not contain control characters"
        case .weak(.tooCommon): "is among those that are tried first"
        case .weak(.repetitive): "repeats itself"
        case .weak(.sequence): "is a sequence"
        case .weak(.containsContext): "is little more than names that others know"
        }
    }
}
