import Storage

/// Says in words what a scope lets an application do.
enum ScopeWords {
    /// - Parameters:
    ///   - resource: the name of the resource that the scope belongs to.
    ///   - description: how whoever runs the resource describes the scope.
    static func text(
        _ scope: String, at resource: String?, describedAs description: ScopeDescription?, _ texts: Texts
    ) -> String {
        if let resource, let description { return "\(description.text(in: texts.language)) (\(resource))" }
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
