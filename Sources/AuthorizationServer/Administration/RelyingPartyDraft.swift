import JOSE
import OAuth
import Storage

/// What a client that signs people in asks to be registered with; nothing in it is checked yet.
///
/// Of a new client, what is `nil` has its default; of a registered one, it stays, and an empty text removes it.
package struct RelyingPartyDraft: Sendable {
    package var redirectURIs: [String]?
    package var postLogoutRedirectURIs: [String]?
    package var applicationType: String?
    /// Scopes about the person, in one text.
    package var identityScope: String?
    /// Scopes at resources, by the resource's identifier.
    package var resourceScopes: [String: String]?
    package var defaultResource: String?
    package var subjectType: String?
    package var sectorIdentifier: String?
    package var idTokenAlgorithm: String?
    package var userInfoAlgorithm: String?
    package var backchannelLogoutURI: String?
    package var backchannelLogoutSessionRequired: Bool?
    package var initiateLoginURI: String?
    package var requiresPushedRequests: Bool?
    package var mayOmitPKCE: Bool?
    package var mayAddressAssertionsToTokenEndpoint: Bool?
    package var isFirstParty: Bool?
    package var defaultMaxAge: Replacement<Int64>
    package var requiresAuthTime: Bool?
    package var homeURI: String?
    package var logoURI: String?
    package var policyURI: String?
    package var termsURI: String?
    package var contacts: [String]?

    package init(redirectURIs: [String]? = nil) {
        self.redirectURIs = redirectURIs
        defaultMaxAge = .keep
    }
}

extension RelyingParty {
    /// Scopes about the person that a client can be registered for.
    static let knownIdentityScopes = [
        "openid", "profile", "email", "address", "phone", "offline_access", "groups", "roles",
    ]
    static let maximumURIs = 50
    static let maximumContacts = 10
    static let maximumResources = 100
}

extension DraftCheck {
    /// The relying party that the draft makes of `current` (of none, if it is new).
    mutating func relyingParty(
        _ draft: RelyingPartyDraft, of current: RelyingParty?, method: AuthenticationMethod?
    ) -> RelyingParty {
        var party = current ?? RelyingParty(redirectURIs: [])
        if let text = draft.applicationType, let type: RelyingParty.ApplicationType = oneOf(text, "application_type") {
            party.applicationType = type
        }
        let isNative = party.applicationType == .native
        if let uris = draft.redirectURIs { party.redirectURIs = addresses(uris, "redirect_uris", isNative: isNative) }
        if party.redirectURIs.isEmpty, !hasProblem(with: "redirect_uris") {
            report("redirect_uris", "names no address")
        }
        if let uris = draft.postLogoutRedirectURIs {
            party.postLogoutRedirectURIs = addresses(uris, "post_logout_redirect_uris", isNative: isNative)
        }
        scopes(draft, &party)
        subjects(draft, &party)
        tokens(draft, &party, method: method)
        party.backchannelLogoutURI = page(
            draft.backchannelLogoutURI, party.backchannelLogoutURI, "backchannel_logout_uri")
        // OpenID Core §4: people's browsers are sent there, with nothing but https for any kind of client.
        party.initiateLoginURI = page(draft.initiateLoginURI, party.initiateLoginURI, "initiate_login_uri")
        party.homeURI = page(draft.homeURI, party.homeURI, "client_uri", isNative: isNative)
        party.logoURI = page(draft.logoURI, party.logoURI, "logo_uri")
        party.policyURI = page(draft.policyURI, party.policyURI, "policy_uri")
        party.termsURI = page(draft.termsURI, party.termsURI, "tos_uri")
        if let contacts = draft.contacts { party.contacts = self.contacts(contacts) }
        if let required = draft.backchannelLogoutSessionRequired { party.backchannelLogoutSessionRequired = required }
        if let isFirstParty = draft.isFirstParty { party.isFirstParty = isFirstParty }
        return party
    }

    private mutating func addresses(_ texts: [String], _ field: String, isNative: Bool) -> [String] {
        guard texts.count <= RelyingParty.maximumURIs else {
            report(field, "must be at most \(RelyingParty.maximumURIs)")
            return []
        }
        for (index, text) in texts.enumerated() {
            if let problem = RedirectURI.registrationProblem(text, isNative: isNative) {
                report("\(field)[\(index)]", problem)
            } else if texts[..<index].contains(text) {
                report("\(field)[\(index)]", "is there twice")
            }
        }
        return texts
    }

    /// An address of the client's own site.
    private mutating func page(
        _ text: String?, _ current: String?, _ field: String, isNative: Bool = false
    ) -> String? {
        guard let text else { return current }
        guard !text.isEmpty else { return nil }
        if let problem = RedirectURI.registrationProblem(text, isNative: isNative) {
            report(field, problem)
        } else if !text.hasPrefix("https://"), !text.hasPrefix("http://") {
            report(field, "must use https")
        }
        return text
    }

    private mutating func scopes(_ draft: RelyingPartyDraft, _ party: inout RelyingParty) {
        if let text = draft.identityScope {
            party.identityScope = scope(text)
            let unknown = party.identityScope.tokens.filter { !RelyingParty.knownIdentityScopes.contains($0) }
            if !unknown.isEmpty {
                report("scope", "names what is no scope about a person: \(unknown.joined(separator: " "))")
            }
        }
        if let resources = draft.resourceScopes { party.resourceScopes = resourceScopes(resources) }
        guard let text = draft.defaultResource else { return }
        party.defaultResource = text.isEmpty ? nil : indicator(text, "default_resource")
        if let resource = party.defaultResource, party.resourceScopes[resource] == nil {
            report("default_resource", "is not among the resources of the client")
        }
    }

    private mutating func resourceScopes(_ texts: [String: String]) -> [ResourceIndicator: Scope] {
        guard texts.count <= RelyingParty.maximumResources else {
            report("resource_scopes", "must be at most \(RelyingParty.maximumResources)")
            return [:]
        }
        var scopes: [ResourceIndicator: Scope] = [:]
        for (resource, text) in texts {
            guard let indicator = indicator(resource, "resource_scopes") else { continue }
            scopes[indicator] = scope(text)
        }
        return scopes
    }

    /// OpenID Core §8.1: pairwise subjects are made for one host.
    private mutating func subjects(_ draft: RelyingPartyDraft, _ party: inout RelyingParty) {
        if let text = draft.subjectType, let type: RelyingParty.SubjectType = oneOf(text, "subject_type") {
            party.subjectType = type
        }
        if let sector = draft.sectorIdentifier {
            party.sectorIdentifier = sector.isEmpty ? nil : sector
            party.sectorIdentifierURI = nil
            if !sector.isEmpty,
                Self.hostAndPort(Substring(sector))?.port != nil || Self.hostAndPort(Substring(sector)) == nil
            {
                report("sector_identifier", "must be a host name in lower case")
            }
        }
        guard party.subjectType == .pairwise, party.sectorIdentifier == nil else { return }
        // Only a site's own addresses say whose sector it is: any program can claim an address of a scheme of its own.
        let hosts = Set(party.redirectURIs.map { $0.hasPrefix("https://") ? Self.host(of: $0) : nil })
        if hosts.count == 1 {
            // Without a site it is a sector of its own.
            party.sectorIdentifier = hosts.first ?? nil
        } else {
            report("sector_identifier", "is required for pairwise subjects with redirect addresses on several hosts")
        }
    }

    static func host(of uri: String) -> String? {
        let rest = uri.drop { $0 != ":" }
        guard rest.hasPrefix("://") else { return nil }
        let authority = rest.dropFirst(3).prefix { $0 != "/" && $0 != "?" }
        return hostAndPort(authority).map { String($0.host) }
    }

    private mutating func tokens(
        _ draft: RelyingPartyDraft, _ party: inout RelyingParty, method: AuthenticationMethod?
    ) {
        if let text = draft.idTokenAlgorithm, let known: Algorithm = oneOf(text, "id_token_signed_response_alg") {
            party.idTokenAlgorithm = known
        }
        if let text = draft.userInfoAlgorithm {
            party.userInfoAlgorithm = text.isEmpty ? nil : oneOf(text, "userinfo_signed_response_alg")
        }
        if let required = draft.requiresPushedRequests { party.requiresPushedRequests = required }
        if let may = draft.mayAddressAssertionsToTokenEndpoint { party.mayAddressAssertionsToTokenEndpoint = may }
        if let may = draft.mayOmitPKCE { party.mayOmitPKCE = may }
        if let required = draft.requiresAuthTime { party.requiresAuthTime = required }
        // RFC 9700 §2.1.1: nothing else protects the codes of a public client.
        if party.mayOmitPKCE, method == AuthenticationMethod.none {
            report("may_omit_pkce", "is for clients that authenticate only")
        }
        switch draft.defaultMaxAge {
        case .keep: break
        case .remove: party.defaultMaxAge = nil
        case .set(let seconds):
            if seconds < 0 { report("default_max_age", "must not be negative") }
            party.defaultMaxAge = seconds
        }
    }

    private mutating func contacts(_ texts: [String]) -> [String] {
        let areFit =
            texts.count <= RelyingParty.maximumContacts
            && texts.allSatisfy { text in
                (1...254).contains(text.utf8.count) && !text.unicodeScalars.contains(where: Self.isUnprintable)
            }
        if !areFit {
            report("contacts", "must be at most \(RelyingParty.maximumContacts) texts of 1 to 254 bytes")
        }
        return texts
    }

    /// What clients of the code flow need, and what nobody else may have.
    mutating func checkFit(of party: RelyingParty?, _ types: [GrantType]) {
        if types.contains(.authorizationCode), party == nil, !hasProblem(with: "redirect_uris") {
            report("redirect_uris", "the grant type authorization_code needs an address to answer to")
        }
        if party != nil, !types.contains(.authorizationCode) {
            report("grant_types", "a client with redirect addresses needs authorization_code")
        }
        if types.contains(.refreshToken), !types.contains(.authorizationCode) {
            report("grant_types", "refresh_token goes with authorization_code only")
        }
    }
}
