/// Says in words what a scope lets an application do.
enum ScopeWords {
    /// - Parameter resource: the name of the resource that the scope belongs to.
    static func text(_ scope: String, at resource: String?, _ texts: Texts) -> String {
        if let resource { return texts("scope_at_resource", ["scope": scope, "resource": resource]) }
        return texts[identityKeys[scope] ?? ""].isEmpty
            ? texts("scope_other", ["scope": scope]) : texts[identityKeys[scope] ?? ""]
    }

    /// OpenID Core §5.4, §11, and the two of this server.
    private static let identityKeys = [
        "openid": "scope_openid", "profile": "scope_profile", "email": "scope_email", "address": "scope_address",
        "phone": "scope_phone", "offline_access": "scope_offline_access", "groups": "scope_groups",
        "roles": "scope_roles",
    ]
}
