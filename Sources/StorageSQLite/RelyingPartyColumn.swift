import JOSE
import OAuth
import Storage

/// What a client that signs people in is registered with, as the JSON text of one column.
struct RelyingPartyColumn {
    let party: RelyingParty

    init(_ party: RelyingParty) { self.party = party }

    /// `nil` if the text is not what ``text`` writes: a member that is unknown here may be a restriction.
    init?(text: String) {
        guard let json = try? JSONObject(parsing: Array(text.utf8), limits: .column),
            let party = try? RelyingParty(Members(json))
        else { return nil }
        self.party = party
    }

    var text: String {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("redirect_uris", party.redirectURIs)
        writer.member("post_logout_redirect_uris", party.postLogoutRedirectURIs)
        writer.member("application_type", party.applicationType.rawValue)
        writer.member("identity_scope", party.identityScope.tokens)
        writer.member(
            "resource_scopes",
            JSONObject(
                party.resourceScopes.sorted { $0.key < $1.key }.map { resource, scope in
                    (resource.rawValue, .array(scope.tokens.map { .string($0) }))
                }))
        writer.member("default_resource", party.defaultResource?.rawValue)
        writer.member("subject_type", party.subjectType.rawValue)
        writer.member("sector_identifier", party.sectorIdentifier)
        writer.member("sector_identifier_uri", party.sectorIdentifierURI)
        writer.member("id_token_algorithm", party.idTokenAlgorithm.rawValue)
        writer.member("former_id_token_algorithm", party.formerIDTokenAlgorithm?.rawValue)
        writer.member("user_info_algorithm", party.userInfoAlgorithm?.rawValue)
        writer.member("former_user_info_algorithm", party.formerUserInfoAlgorithm?.rawValue)
        writer.member("backchannel_logout_uri", party.backchannelLogoutURI)
        writer.member("backchannel_logout_session_required", party.backchannelLogoutSessionRequired)
        writer.member("initiate_login_uri", party.initiateLoginURI)
        writer.member("requires_pushed_requests", party.requiresPushedRequests)
        writer.member("may_omit_pkce", party.mayOmitPKCE)
        writer.member("may_address_assertions_to_token_endpoint", party.mayAddressAssertionsToTokenEndpoint)
        writer.member("is_first_party", party.isFirstParty)
        if let age = party.defaultMaxAge { writer.member("default_max_age", age) }
        writer.member("requires_auth_time", party.requiresAuthTime)
        writer.member("home_uri", party.homeURI)
        writer.member("logo_uri", party.logoURI)
        writer.member("policy_uri", party.policyURI)
        writer.member("terms_uri", party.termsURI)
        writer.member("contacts", party.contacts)
        writer.member("registration_token", party.registrationToken.map { Base64URL.encode($0.bytes) })
        writer.endObject()
        return writer.text
    }
}

/// Something that the column cannot have been given by us.
private struct ColumnDamage: Error {}

/// The members of the column, each of which must be read.
private struct Members {
    private var unread: [String: JSONValue] = [:]

    init(_ json: JSONObject) { for (name, value) in json.members { unread[name] = value } }

    mutating func optional<Value>(_ name: String, _ read: (JSONValue) -> Value?) throws -> Value? {
        guard let stored = unread.removeValue(forKey: name) else { return nil }
        guard let value = read(stored) else { throw ColumnDamage() }
        return value
    }

    mutating func demand<Value>(_ name: String, _ read: (JSONValue) -> Value?) throws -> Value {
        guard let value = try optional(name, read) else { throw ColumnDamage() }
        return value
    }

    mutating func choice<Kind: RawRepresentable<String>>(_ name: String) throws -> Kind {
        try demand(name) { $0.string.flatMap(Kind.init(rawValue:)) }
    }

    func end() throws {
        guard unread.isEmpty else { throw ColumnDamage() }
    }
}

extension RelyingParty {
    fileprivate init(_ stored: Members) throws {
        var members = stored
        self.init(redirectURIs: try members.demand("redirect_uris", \.strings))
        postLogoutRedirectURIs = try members.demand("post_logout_redirect_uris", \.strings)
        applicationType = try members.choice("application_type")
        identityScope = Scope(unchecked: try members.demand("identity_scope", \.strings))
        resourceScopes = try members.demand("resource_scopes", Self.resourceScopes)
        defaultResource = try members.optional("default_resource") { $0.string.flatMap(Self.resource) }
        subjectType = try members.choice("subject_type")
        sectorIdentifier = try members.optional("sector_identifier", \.string)
        sectorIdentifierURI = try members.optional("sector_identifier_uri", \.string)
        idTokenAlgorithm = try members.choice("id_token_algorithm")
        formerIDTokenAlgorithm = try members.optional("former_id_token_algorithm", Self.algorithm)
        userInfoAlgorithm = try members.optional("user_info_algorithm", Self.algorithm)
        formerUserInfoAlgorithm = try members.optional("former_user_info_algorithm", Self.algorithm)
        backchannelLogoutURI = try members.optional("backchannel_logout_uri", \.string)
        backchannelLogoutSessionRequired = try members.demand("backchannel_logout_session_required", \.bool)
        initiateLoginURI = try members.optional("initiate_login_uri", \.string)
        requiresPushedRequests = try members.demand("requires_pushed_requests", \.bool)
        mayOmitPKCE = try members.demand("may_omit_pkce", \.bool)
        mayAddressAssertionsToTokenEndpoint = try members.demand("may_address_assertions_to_token_endpoint", \.bool)
        isFirstParty = try members.demand("is_first_party", \.bool)
        defaultMaxAge = try members.optional("default_max_age", \.integer)
        requiresAuthTime = try members.demand("requires_auth_time", \.bool)
        homeURI = try members.optional("home_uri", \.string)
        logoURI = try members.optional("logo_uri", \.string)
        policyURI = try members.optional("policy_uri", \.string)
        termsURI = try members.optional("terms_uri", \.string)
        contacts = try members.demand("contacts", \.strings)
        registrationToken = try members.optional("registration_token") { value in
            guard let text = value.string, let bytes = try? Base64URL.decode(text) else { return nil }
            return TokenHash(bytes: bytes)
        }
        try members.end()
    }

    private static func algorithm(_ value: JSONValue) -> Algorithm? { value.string.flatMap(Algorithm.init(rawValue:)) }

    private static func resource(_ text: String) -> ResourceIndicator? { try? ResourceIndicator(text) }

    private static func resourceScopes(_ value: JSONValue) -> [ResourceIndicator: Scope]? {
        guard let object = value.object else { return nil }
        var scopes: [ResourceIndicator: Scope] = [:]
        for (name, value) in object.members {
            guard let resource = resource(name), let tokens = value.strings else { return nil }
            scopes[resource] = Scope(unchecked: tokens)
        }
        return scopes
    }
}

extension StatementRow {
    func relyingParty(_ index: Int32) throws -> RelyingParty? {
        guard !isNull(index) else { return nil }
        guard let stored = RelyingPartyColumn(text: try text(index)) else { throw damaged(index) }
        return stored.party
    }
}

extension StoredRow {
    /// `nil` for a client that signs nobody in.
    func relyingParty(_ column: String) throws -> RelyingParty? {
        guard !isNull(column) else { return nil }
        guard let stored = RelyingPartyColumn(text: try text(column)) else { throw damaged(column) }
        return stored.party
    }
}
