package import JOSE
package import OAuth
package import Storage

/// Which attributes, groups and roles of a person reach which tokens of which clients.
package struct ClaimMapping: Hashable, Sendable {
    package enum Source: Hashable, Sendable { case attribute(String), groups, roles }
    package enum Target: String, CaseIterable, Hashable, Sendable { case idToken, userInfo, accessToken }

    /// One claim.
    package struct Rule: Hashable, Sendable {
        package var claim: String
        package var source: Source
        /// Only for a token with this scope; `nil`: for every one.
        package var scope: String?
        /// Only for these; `nil`: for every client.
        package var clients: [ClientID]?
        package var targets: Set<Target>
        package init(
            claim: String, source: Source, scope: String? = nil, clients: [ClientID]? = nil,
            targets: Set<Target> = [.idToken, .userInfo]
        ) {
            self.claim = claim
            self.source = source
            self.scope = scope
            self.clients = clients
            self.targets = targets
        }
    }

    /// What the server itself says in tokens, or vouches for; no attribute may say it instead.
    private static let reserved: Set<String> = [
        "iss", "sub", "aud", "exp", "nbf", "iat", "jti", "azp", "nonce", "auth_time", "acr", "amr", "at_hash", "c_hash",
        "s_hash", "sid", "events", "client_id", "scope", "cnf", "act", "may_act", "authorization_details", "tessera",
        "email", "email_verified", "phone_number_verified", "preferred_username", "updated_at", "_claim_names",
        "_claim_sources", "active", "token_type", "username", "status",
    ]

    /// The longest that all mapped claims of one token may be, in bytes of JSON: headers that carry tokens are bounded.
    package var budget: Int = 4096
    package private(set) var rules: [Rule]

    /// Groups and roles for who asks for the scopes of these names.
    package static let standard = [
        Rule(claim: "groups", source: .groups, scope: "groups", targets: [.idToken, .userInfo, .accessToken]),
        Rule(claim: "roles", source: .roles, scope: "roles", targets: [.idToken, .userInfo, .accessToken]),
    ]

    package init() { rules = Self.standard }

    /// The standard rules and those of the operator; `nil` if one would say what only the server may say.
    package init?(adding custom: [Rule]) {
        guard custom.allSatisfy({ Self.isMappable($0.claim) }) else { return nil }
        rules = Self.standard + custom
    }

    package static func isMappable(_ claim: String) -> Bool {
        !reserved.contains(claim) && (1...64).contains(claim.utf8.count)
            && claim.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }

    /// The claims about `user` for a token with `scope` of `client`.
    ///
    /// A claim that would break the budget is left out as a whole: half a list of groups would say something else.
    package func claims(
        for user: User, scope: Scope, client: ClientID, in target: Target = .idToken
    ) -> JSONObject {
        claims(for: user, scope: scope, client: client, in: target, asked: .none)
    }

    /// The same, and what was asked for by name.
    func claims(
        for user: User, scope: Scope, client: ClientID, in target: Target, asked: AskedClaims
    ) -> JSONObject {
        var claims = JSONObject()
        var left = budget
        for rule in rules where rule.targets.contains(target) && rule.clients?.contains(client) ?? true {
            let isOpen = rule.scope.map { scope.contains($0) } ?? true
            let wish = isOpen ? nil : asked.claim(rule.claim, openedBy: rule.scope)
            guard isOpen || wish != nil, let value = value(of: rule.source, user), wish?.accepts(value) ?? true
            else { continue }
            let size = JSONObject([(rule.claim, value)]).jsonBytes.count
            guard size <= left, claims[rule.claim] == nil else { continue }
            left -= size
            claims[rule.claim] = value
        }
        return claims
    }

    private func value(of source: Source, _ user: User) -> JSONValue? {
        switch source {
        case .attribute(let name): user.attributes[name]
        case .groups: user.groups.isEmpty ? nil : .array(user.groups.map(JSONValue.string))
        case .roles: user.roles.isEmpty ? nil : .array(user.roles.map(JSONValue.string))
        }
    }
}
