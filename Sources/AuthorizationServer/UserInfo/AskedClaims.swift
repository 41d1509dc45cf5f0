import JOSE
import OAuth
import Storage

/// Claims that a client asks for by name at one place (OpenID Core §5.5), and the scopes out of which it may have them.
struct AskedClaims: Sendable {
    static let none = AskedClaims(claims: [], open: .empty)

    let claims: [ClaimsRequest.Claim]
    /// That the client is registered for and that the person agreed to, whether or not a token has them.
    let open: Scope

    /// Those of the standard; the operator's own are the mapping's to tell.
    var standard: [ClaimsRequest.Claim] { claims.filter { StandardClaims.isAllowed($0.name, by: open) } }

    /// The claim of this name, if this scope is open for what is asked for by name.
    func claim(_ name: String, openedBy scope: String?) -> ClaimsRequest.Claim? {
        guard let scope, open.contains(scope) else { return nil }
        return claims.first { $0.name == name }
    }
}

extension AskedClaims {
    /// - Parameter agreed: what the person agreed to, as it is remembered. Nobody is asked about an operator's own
    ///   application.
    init(_ claims: [ClaimsRequest.Claim], of party: RelyingParty, agreed: Scope) {
        self.claims = claims
        guard !claims.isEmpty else {
            open = .empty
            return
        }
        let registered = party.identityScope.intersection(ClaimMapping.openable)
        open = party.isFirstParty ? registered : registered.intersection(agreed)
    }
}

extension ClaimsRequest.Claim {
    func accepts(_ value: JSONValue) -> Bool { values.isEmpty || values.contains(value) }
}

extension ClaimMapping {
    /// Scopes that tell claims and do nothing else.
    static let openable = Scope(
        unchecked: StandardClaims.identityScopes.filter { $0 != "openid" && $0 != "offline_access" })

    /// The scopes of which each opens this claim at this place; none for a claim that nobody knows.
    func scopes(opening claim: String, in target: Target, for client: ClientID) -> [String] {
        let mapped = rules.filter { rule in
            rule.claim == claim && rule.targets.contains(target) && rule.clients?.contains(client) ?? true
        }
        // Told in any case.
        guard mapped.allSatisfy({ $0.scope != nil }) else { return [] }
        let standard = StandardClaims.identityScopes.filter { StandardClaims.names($0).contains(claim) }
        return Scope(unchecked: standard + mapped.compactMap(\.scope)).intersection(Self.openable).tokens
    }

    /// The scopes that the client may ask for and of which each would open a claim that `scope` does not open.
    func scopes(
        opening claim: String, in target: Target, for client: ClientID, of party: RelyingParty, beyond scope: Scope
    ) -> [String] {
        let scopes = scopes(opening: claim, in: target, for: client)
        guard !scopes.contains(where: scope.contains) else { return [] }
        return scopes.filter(party.identityScope.contains)
    }

    /// The `claims` parameter without what any of the scopes that a person did not give would open.
    func request(_ text: String, without unticked: Scope, for client: ClientID) -> String? {
        let limits = JSONLimits(
            maximumBytes: ClaimsRequest.maximumLength, maximumDepth: 6, maximumMembers: ClaimsRequest.maximumClaims)
        guard var request = try? JSONObject(parsing: Array(text.utf8), limits: limits) else { return nil }
        for (member, target) in [("userinfo", Target.userInfo), ("id_token", Target.idToken)] {
            guard let asked = request.object(member) else { continue }
            let left = asked.members.filter { claim in
                !scopes(opening: claim.name, in: target, for: client).contains(where: unticked.contains)
            }
            request[member] = .object(JSONObject(left.map { ($0.name, $0.value) }))
        }
        return request.jsonText
    }
}
