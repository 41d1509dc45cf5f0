import Authenticators
package import JOSE
package import OAuth
import Storage

/// A person as an administrator describes them; nothing in it is checked yet.
package struct UserDraft: Sendable {
    package var username: String?
    package var email: String?
    /// An administrator's word counts: `nil` is `true`.
    package var isEmailVerified: Bool?
    package var password: Secret?
    /// The hash of another system: bcrypt, PBKDF2 or Argon2.
    package var passwordHash: Secret?
    package var attributes: JSONObject
    package var groups: [String]
    package var roles: [String]
    /// What was wrong with reading it already.
    package var problems: [Problem]

    package init(
        username: String?, email: String? = nil, isEmailVerified: Bool? = nil, password: Secret? = nil,
        passwordHash: Secret? = nil, attributes: JSONObject = JSONObject(), groups: [String] = [],
        roles: [String] = [], problems: [Problem] = []
    ) {
        self.username = username
        self.email = email
        self.isEmailVerified = isEmailVerified
        self.password = password
        self.passwordHash = passwordHash
        self.attributes = attributes
        self.groups = groups
        self.roles = roles
        self.problems = problems
    }

    /// The person it describes.
    func checked(
        policy: PeoplePolicy, secrets: SecretGenerator, at now: NumericDate
    ) throws(AdministrationError) -> User {
        var check = DraftCheck(problems)
        let username = check.required(username, "username").flatMap { check.loginName($0, "username") }
        let email = email.flatMap { check.address($0) }
        check.attributes(attributes, in: policy.attributes)
        let groups = check.labels(groups, "groups")
        let roles = check.labels(roles, "roles")
        if password != nil, passwordHash != nil { check.report("password", "give a password or its hash, not both") }
        if let passwordHash, (try? PasswordHash(passwordHash.revealedValue)) == nil {
            check.report("password_hash", "is not a bcrypt, PBKDF2 or Argon2 hash that can be verified here")
        }
        try check.finish()
        guard let username else { throw .invalid([Problem("username", "is required")]) }
        return User(
            id: Subject(unchecked: secrets.identifier()), username: username, email: email,
            isEmailVerified: email != nil && isEmailVerified ?? true, attributes: attributes, groups: groups,
            roles: roles, createdAt: now)
    }
}

/// What is to change about a person; what is `nil` stays.
package struct UserUpdate: Sendable {
    package var username: String?
    package var email: Replacement<String>
    package var isEmailVerified: Bool?
    package var isEnabled: Bool?
    /// Attributes to set; `null` removes one.
    package var attributes: JSONObject?
    package var groups: [String]?
    package var roles: [String]?
    package var problems: [Problem]

    package init(
        username: String? = nil, email: Replacement<String> = .keep, isEmailVerified: Bool? = nil,
        isEnabled: Bool? = nil, attributes: JSONObject? = nil, groups: [String]? = nil, roles: [String]? = nil,
        problems: [Problem] = []
    ) {
        self.username = username
        self.email = email
        self.isEmailVerified = isEmailVerified
        self.isEnabled = isEnabled
        self.attributes = attributes
        self.groups = groups
        self.roles = roles
        self.problems = problems
    }

    func checked(
        against user: User, schema: AttributeSchema, at now: NumericDate
    ) throws(AdministrationError) -> User {
        var check = DraftCheck(problems)
        var changed = user
        if let username, let name = check.loginName(username, "username") { changed.username = name }
        // An account that an administrator sees to is nobody's mere wish any more.
        changed.expiresAt = nil
        switch email {
        case .keep: break
        case .remove:
            changed.email = nil
            changed.pendingEmail = nil
            changed.isEmailVerified = false
        case .set(let text):
            changed.pendingEmail = nil
            guard let address = check.address(text), address != user.email else { break }
            changed.email = address
            changed.isEmailVerified = true
        }
        if let isEmailVerified { changed.isEmailVerified = isEmailVerified && changed.email != nil }
        if let isEnabled { changed.isEnabled = isEnabled }
        for (name, value) in attributes?.members ?? [] {
            changed.attributes[name] = value == .null ? nil : value
        }
        // What was there before a schema changed may stay, and go.
        let touched = attributes?.members.filter { $0.value != .null }.map { ($0.name, $0.value) } ?? []
        check.attributes(JSONObject(touched), in: schema)
        if changed.attributes.jsonBytes.count > AttributeSchema.maximumTotal {
            check.report("attributes", "must be at most \(AttributeSchema.maximumTotal) bytes of JSON")
        }
        if let groups { changed.groups = check.labels(groups, "groups") }
        if let roles { changed.roles = check.labels(roles, "roles") }
        try check.finish()
        return changed
    }
}

extension User {
    /// The names of what differs, for the audit log.
    func changedFields(to other: User) -> [String] {
        var fields: [String] = []
        if username != other.username { fields.append("username") }
        if email != other.email { fields.append("email") }
        if pendingEmail != other.pendingEmail { fields.append("pending_email") }
        if expiresAt != other.expiresAt { fields.append("expires_at") }
        if isEmailVerified != other.isEmailVerified { fields.append("email_verified") }
        if isEnabled != other.isEnabled { fields.append("enabled") }
        if attributes != other.attributes { fields.append("attributes") }
        if groups != other.groups { fields.append("groups") }
        if roles != other.roles { fields.append("roles") }
        return fields
    }
}

extension DraftCheck {
    /// Groups or roles of one person.
    static let maximumLabels = 200

    mutating func loginName(_ text: String, _ field: String) -> LoginName? {
        if let name = LoginName(text) { return name }
        report(field, "must be 1 to \(LoginName.maximumLength) bytes of printable text")
        return nil
    }

    mutating func address(_ text: String) -> LoginName? {
        if let name = LoginName(text), name.isMailAddress { return name }
        report("email", "is not an e-mail address")
        return nil
    }

    mutating func attributes(_ values: JSONObject, in schema: AttributeSchema) {
        for (name, value) in values.members {
            if let problem = schema.problem(with: name, value, by: .administrator) {
                report("attributes.\(name.prefix(64))", problem)
            }
        }
        if values.jsonBytes.count > AttributeSchema.maximumTotal {
            report("attributes", "must be at most \(AttributeSchema.maximumTotal) bytes of JSON")
        }
    }

    /// Names of groups or roles.
    mutating func labels(_ texts: [String], _ field: String) -> [String] {
        guard texts.count <= Self.maximumLabels else {
            report(field, "must be at most \(Self.maximumLabels)")
            return []
        }
        for (index, text) in texts.enumerated() {
            if !(1...100).contains(text.utf8.count) || text.unicodeScalars.contains(where: Self.isUnprintable) {
                report("\(field)[\(index)]", "must be 1 to 100 bytes of printable text")
            } else if texts[..<index].contains(text) {
                report("\(field)[\(index)]", "is there twice")
            }
        }
        return texts
    }
}
