public import JOSE

/// Which facts about a person a scope or a `claims` parameter opens (OpenID Core §5.4, §5.5).
public enum StandardClaims {
    /// Scopes that are about the person, and so for this issuer alone; all others belong to protected resources.
    public static let identityScopes = [
        "openid", "profile", "email", "address", "phone", "offline_access", "groups", "roles",
    ]

    /// The claims that a scope opens; empty for scopes that open none.
    public static func names(_ scope: String) -> [String] {
        switch scope {
        case "profile":
            [
                "name", "family_name", "given_name", "middle_name", "nickname", "preferred_username", "profile",
                "picture", "website", "gender", "birthdate", "zoneinfo", "locale", "updated_at",
            ]
        case "email": ["email", "email_verified"]
        case "address": ["address"]
        case "phone": ["phone_number", "phone_number_verified"]
        case "groups": ["groups"]
        case "roles": ["roles"]
        default: []
        }
    }

    /// Every claim about a person that discovery names.
    public static let all = ["sub"] + identityScopes.flatMap { names($0) }

    /// The facts of `person` that `scope` opens. Facts that are missing or null are left out (OpenID Core §5.3.2).
    public static func select(from person: JSONObject, scope: Scope) -> JSONObject {
        var selected = JSONObject()
        for name in scope.tokens.flatMap({ names($0) }) {
            guard let value = person[name], value != .null else { continue }
            selected[name] = value
        }
        return selected
    }

    /// The facts of `person` that were asked for one by one; a value that does not do is left out.
    ///
    /// It is for the caller to say which claims the client may ask for: see ``isAllowed(_:by:)``.
    public static func select(from person: JSONObject, requested claims: [ClaimsRequest.Claim]) -> JSONObject {
        var selected = JSONObject()
        for claim in claims where !IDTokenClaims.reserved.contains(claim.name) {
            guard let value = person[claim.name], value != .null else { continue }
            guard claim.values.isEmpty || claim.values.contains(value) else { continue }
            selected[claim.name] = value
        }
        return selected
    }

    /// Whether one of the scopes opens this claim anyway, so that asking for it by name reveals nothing more.
    public static func isAllowed(_ claim: String, by scope: Scope) -> Bool {
        scope.tokens.contains { names($0).contains(claim) }
    }
}

/// The answer of the UserInfo endpoint (OpenID Core §5.3.2).
public struct UserInfoClaims: Hashable, Sendable {
    public var subject: Subject
    public var personal: JSONObject

    public init(subject: Subject, personal: JSONObject) {
        self.subject = subject
        self.personal = personal
    }

    public var json: [UInt8] { json(issuer: nil, audience: nil) }

    /// The claims of a signed answer, which names its issuer and its reader (OpenID Core §5.3.2).
    public func signedJSON(issuer: Issuer, audience: ClientID) -> [UInt8] {
        json(issuer: issuer.rawValue, audience: audience.rawValue)
    }

    private func json(issuer: String?, audience: String?) -> [UInt8] {
        var writer = JSONWriter(capacity: 512)
        writer.beginObject()
        writer.member("sub", subject.rawValue)
        writer.member("iss", issuer)
        writer.member("aud", audience)
        for (name, value) in personal.members where !IDTokenClaims.reserved.contains(name) {
            writer.name(name)
            writer.value(value)
        }
        writer.endObject()
        return writer.bytes
    }
}
