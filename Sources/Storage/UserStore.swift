package import JOSE
package import OAuth

/// A person who can sign in.
package struct User: Hashable, Sendable {
    /// Random and never reused; what clients with public subjects see as `sub`.
    package let id: Subject
    package var username: LoginName
    /// Canonical; unique among users.
    package var email: LoginName?
    package var isEmailVerified: Bool
    /// Where the person wants to be written to from now on, until a link that was sent there is used. No login name,
    /// and nobody is kept from it: whoever proves an address has it.
    package var pendingEmail: LoginName?
    /// When an account goes that a stranger asked for and whose owner has not taken it up; it keeps its names from
    /// nobody who is more than that.
    package var expiresAt: NumericDate?
    package var isEnabled: Bool
    /// Since when an administrator keeps everything of this account shut.
    package var lockedDownAt: NumericDate?
    /// Standard claims of OpenID Core §5.1 (`name`, `given_name`, `locale`, …) and custom attributes.
    package var attributes: JSONObject
    package var groups: [String]
    package var roles: [String]
    package let createdAt: NumericDate
    package var updatedAt: NumericDate
    /// Grows with each change; an update names the version that it was made from.
    package var version: Int64

    package init(
        id: Subject, username: LoginName, email: LoginName? = nil, isEmailVerified: Bool = false,
        pendingEmail: LoginName? = nil, expiresAt: NumericDate? = nil, isEnabled: Bool = true,
        lockedDownAt: NumericDate? = nil, attributes: JSONObject = JSONObject(),
        groups: [String] = [], roles: [String] = [], createdAt: NumericDate, updatedAt: NumericDate? = nil,
        version: Int64 = 1
    ) {
        self.id = id
        self.username = username
        self.email = email
        self.isEmailVerified = isEmailVerified
        self.pendingEmail = pendingEmail
        self.expiresAt = expiresAt
        self.isEnabled = isEnabled
        self.lockedDownAt = lockedDownAt
        self.attributes = attributes
        self.groups = groups
        self.roles = roles
        self.createdAt = createdAt
        self.updatedAt = updatedAt ?? createdAt
        self.version = version
    }

    /// Whether this person may sign in, and what they gave may be used.
    package var mayAct: Bool { isEnabled && lockedDownAt == nil }

    /// Why a change to this state ends what it ends.
    package var endReason: EndReason {
        if lockedDownAt != nil { return .lockdown }
        return isEnabled ? .administrator : .accountDisabled
    }
}

/// People. Each change is written together with its audit event, the mails about it and all that it ends.
package protocol UserStore: Sendable {
    /// `.exists` if the user name or the address belongs to somebody, as either, or the id to anybody, also to a client
    /// or a resource. An account that nobody has taken up (``User/expiresAt``) gives way to one that is no such account;
    /// so it does in ``update(_:ending:at:with:)`` and when an address is verified.
    func insert(_ user: User, password: StoredPassword?, with effects: Effects) async throws -> Insertion
    func user(_ id: Subject) async throws -> User?
    /// The person who signs in with this user name or address.
    func user(signingInAs name: LoginName) async throws -> User?
    /// In the order of their ids, after `id`, at most `limit`; `search` is the beginning of a user name or address, in
    /// whatever case it was typed.
    func users(matching search: String?, after id: Subject?, limit: Int) async throws -> [User]
    /// Replaces the user if its stored version is `user.version`, stores `version + 1`, and ends `target`, because of
    /// ``User/endReason``. `id` and `createdAt` stay.
    func update(
        _ user: User, ending target: EndTarget?, at now: NumericDate, with effects: Effects
    ) async throws -> UserChange
    /// Ends all that this person has and removes the account with its password, consents, links and known browsers.
    func deleteUser(_ id: Subject, at now: NumericDate, with effects: Effects) async throws -> UserChange

    func password(of subject: Subject) async throws -> StoredPassword?
    /// At most `limit` passwords, of whomever, whose hash begins in another way.
    func passwords(notBeginningWith beginning: String, limit: Int) async throws -> [StoredPassword]
    /// Sets the password, after which an account does not expire any more, ends `target`, and makes links that would
    /// set a password useless; the user's version grows. `.missing` if there is no such user; `.conflict` if `old` is
    /// named and is not the password any more, so that a change that was judged by an old password never undoes a
    /// reset.
    func setPassword(
        _ password: StoredPassword, of subject: Subject, replacing old: StoredPassword?, ending target: EndTarget?,
        at now: NumericDate, with effects: Effects
    ) async throws -> UserChange
    /// Replaces a hash by a stronger one of the same password, unless it was changed meanwhile. No event, and
    /// `changedAt` and the user's version stay: nothing changed.
    func upgradePassword(of subject: Subject, from old: StoredPassword, to new: StoredPassword) async throws -> Bool
}

extension User {
    /// What the person signs in with.
    package var loginNames: [LoginName] { [username] + (email.map { [$0] } ?? []) }

    /// The address that a link would prove: the one that the person wants, or else theirs if nobody proved it yet.
    package var unprovenEmail: LoginName? { pendingEmail ?? (isEmailVerified ? nil : email) }

    /// With an address that was proven to be the person's just now. Who signs in with the address keeps doing so.
    package func proving(_ address: LoginName) -> User {
        var proven = self
        if username == email { proven.username = address }
        proven.email = address
        proven.isEmailVerified = true
        proven.expiresAt = nil
        if pendingEmail == address { proven.pendingEmail = nil }
        return proven
    }
}

extension UserStore {
    /// The same, whatever the password was before.
    package func setPassword(
        _ password: StoredPassword, of subject: Subject, ending target: EndTarget?, at now: NumericDate,
        with effects: Effects
    ) async throws -> UserChange {
        try await setPassword(password, of: subject, replacing: nil, ending: target, at: now, with: effects)
    }
}

/// The hash of a password, in the form of its algorithm.
package struct StoredPassword: Hashable, Sendable, CustomStringConvertible {
    /// A PHC string, or the form that it was imported in.
    package let encoded: String
    package let changedAt: NumericDate
    package init(encoded: String, changedAt: NumericDate) {
        self.encoded = encoded
        self.changedAt = changedAt
    }
    package var description: String { "<password hash>" }
}

/// How a change of a person ended.
package enum UserChange: Hashable, Sendable {
    case done(Ended)
    case missing
    /// Somebody else changed it since it was read.
    case conflict
    /// The new user name or address belongs to somebody else.
    case exists
}
