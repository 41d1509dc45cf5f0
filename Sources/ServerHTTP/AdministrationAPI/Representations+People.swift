import AuthorizationServer
import JOSE
import OAuth
import Storage

extension Representation {
    /// A person without anything that proves who they are.
    static func user(_ user: User, _ writer: inout JSONWriter) {
        writer.member("id", user.id.rawValue)
        writer.member("username", user.username.rawValue)
        writer.member("email", user.email?.rawValue)
        writer.member("email_verified", user.isEmailVerified)
        if let address = user.pendingEmail { writer.member("pending_email", address.rawValue) }
        writer.member("enabled", user.isEnabled)
        if let date = user.lockedDownAt { writer.member("locked_down_at", date) }
        writer.member("attributes", JSONValue.object(user.attributes))
        writer.member("groups", user.groups)
        writer.member("roles", user.roles)
        writer.member("created_at", user.createdAt)
        writer.member("updated_at", user.updatedAt)
        writer.member("version", user.version)
    }

    static func link(_ link: IssuedLink) -> [UInt8] {
        object { writer in
            writer.member("mailed", link.isMailed)
            writer.member("link", link.address?.revealedValue)
            writer.member("expires_at", link.expiresAt)
        }
    }

    /// Without what it is made of, which only the mail knows.
    static func invitation(_ link: MailLink, _ writer: inout JSONWriter) {
        writer.member("user", link.subject.rawValue)
        writer.member("email", link.email.rawValue)
        writer.member("created_at", link.createdAt)
        writer.member("expires_at", link.expiresAt)
    }

    static func session(_ session: Session, _ writer: inout JSONWriter) {
        writer.member("id", session.id.rawValue)
        writer.member("authenticated_at", session.authenticatedAt)
        writer.member("methods", session.methods)
        writer.member("created_at", session.createdAt)
        writer.member("last_seen_at", session.lastSeenAt)
        writer.member("expires_at", session.expiresAt)
        writer.member("address", session.address)
        writer.member("user_agent", session.userAgent)
    }

    static func authorization(_ authorization: Authorization, _ writer: inout JSONWriter) {
        writer.member("id", authorization.id.rawValue)
        writer.member("client", authorization.client.rawValue)
        writer.member("session", authorization.session.rawValue)
        scopes(authorization.identityScope, authorization.resourceScopes, &writer)
        writer.member("offline", authorization.isOffline)
        writer.member("created_at", authorization.createdAt)
        writer.member("expires_at", authorization.expiresAt)
    }

    static func consent(_ consent: Consent, _ writer: inout JSONWriter) {
        writer.member("client", consent.client.rawValue)
        scopes(consent.identityScope, consent.resourceScopes, &writer)
        writer.member("given_at", consent.givenAt)
        writer.member("updated_at", consent.updatedAt)
    }

    static func relyingParty(_ party: RelyingParty, _ writer: inout JSONWriter) {
        writer.member("redirect_uris", party.redirectURIs)
        writer.member("post_logout_redirect_uris", party.postLogoutRedirectURIs)
        writer.member("application_type", party.applicationType.rawValue)
        scopes(party.identityScope, party.resourceScopes, &writer)
        writer.member("default_resource", party.defaultResource?.rawValue)
        writer.member("subject_type", party.subjectType.rawValue)
        writer.member("sector_identifier", party.sectorIdentifier)
        writer.member("id_token_signed_response_alg", party.idTokenAlgorithm.rawValue)
        writer.member("userinfo_signed_response_alg", party.userInfoAlgorithm?.rawValue)
        writer.member("backchannel_logout_uri", party.backchannelLogoutURI)
        writer.member("backchannel_logout_session_required", party.backchannelLogoutSessionRequired)
        writer.member("initiate_login_uri", party.initiateLoginURI)
        writer.member("require_pushed_authorization_requests", party.requiresPushedRequests)
        writer.member("may_omit_pkce", party.mayOmitPKCE)
        writer.member("may_address_assertions_to_token_endpoint", party.mayAddressAssertionsToTokenEndpoint)
        writer.member("first_party", party.isFirstParty)
        if let seconds = party.defaultMaxAge { writer.member("default_max_age", seconds) }
        writer.member("require_auth_time", party.requiresAuthTime)
        writer.member("client_uri", party.homeURI)
        writer.member("logo_uri", party.logoURI)
        writer.member("policy_uri", party.policyURI)
        writer.member("tos_uri", party.termsURI)
        writer.member("contacts", party.contacts)
    }

    private static func scopes(
        _ identity: Scope, _ resources: [ResourceIndicator: Scope], _ writer: inout JSONWriter
    ) {
        writer.member("scope", identity.description)
        let byResource = resources.sorted { $0.key < $1.key }
            .map { ($0.key.rawValue, JSONValue.string($0.value.description)) }
        writer.member("resource_scopes", JSONObject(byResource))
    }
}

extension BodyReader {
    /// The relying party inside a client; problems name its members.
    mutating func relyingParty() -> RelyingPartyDraft? {
        guard let object = object("relying_party") else { return nil }
        var reader = BodyReader(object)
        var draft = RelyingPartyDraft(redirectURIs: reader.strings("redirect_uris"))
        draft.postLogoutRedirectURIs = reader.strings("post_logout_redirect_uris")
        draft.applicationType = reader.string("application_type")
        draft.identityScope = reader.string("scope")
        draft.resourceScopes = reader.texts("resource_scopes")
        draft.defaultResource = reader.removable("default_resource")
        draft.subjectType = reader.string("subject_type")
        draft.sectorIdentifier = reader.removable("sector_identifier")
        draft.idTokenAlgorithm = reader.string("id_token_signed_response_alg")
        draft.userInfoAlgorithm = reader.removable("userinfo_signed_response_alg")
        draft.backchannelLogoutURI = reader.removable("backchannel_logout_uri")
        draft.backchannelLogoutSessionRequired = reader.bool("backchannel_logout_session_required")
        draft.initiateLoginURI = reader.removable("initiate_login_uri")
        draft.requiresPushedRequests = reader.bool("require_pushed_authorization_requests")
        draft.mayOmitPKCE = reader.bool("may_omit_pkce")
        draft.mayAddressAssertionsToTokenEndpoint = reader.bool("may_address_assertions_to_token_endpoint")
        draft.isFirstParty = reader.bool("first_party")
        draft.defaultMaxAge = reader.number("default_max_age")
        draft.requiresAuthTime = reader.bool("require_auth_time")
        draft.homeURI = reader.removable("client_uri")
        draft.logoURI = reader.removable("logo_uri")
        draft.policyURI = reader.removable("policy_uri")
        draft.termsURI = reader.removable("tos_uri")
        draft.contacts = reader.strings("contacts")
        adopt(reader.finish())
        return draft
    }

    /// Text that null, like an empty text, removes.
    private mutating func removable(_ name: String) -> String? {
        switch replacement(name) {
        case .keep: nil
        case .remove: ""
        case .set(let text): text
        }
    }

    /// An object whose members are texts.
    private mutating func texts(_ name: String) -> [String: String]? {
        guard let object = object(name) else { return nil }
        var texts: [String: String] = [:]
        for (key, value) in object.members {
            if let text = value.string { texts[key] = text } else { adopt([Problem(name, "must hold strings only")]) }
        }
        return texts
    }
}
