public import JOSE

extension ClientMetadata {
    /// Reads the members one by one; a null member counts as absent (RFC 7592 §2.2).
    public init(_ json: JSONObject) throws(ClientMetadataError) {
        self.init()
        let reader = MemberReader(json: json)
        if let type: ApplicationType = try reader.choice("application_type") { applicationType = type }
        try readAddresses(reader)
        try readCredentials(reader)
        try readSignIn(reader)
        name = try reader.text("client_name", 128)
        contacts = try reader.list("contacts", 10)
        if let text = try reader.text("scope", Scope.maximumLength) {
            guard let scope = try? Scope(text) else { throw ClientMetadataError("scope", "is malformed") }
            self.scope = scope
        }
        clientID = try reader.text("client_id", 255)
        clientSecret = try reader.text("client_secret", 512).map { Secret($0) }
    }

    private mutating func readAddresses(_ reader: MemberReader) throws(ClientMetadataError) {
        let isNative = applicationType == .native
        redirectURIs = try reader.list("redirect_uris", Self.maximumURIs)
        postLogoutRedirectURIs = try reader.list("post_logout_redirect_uris", Self.maximumURIs)
        for (member, addresses) in [
            ("redirect_uris", redirectURIs), ("post_logout_redirect_uris", postLogoutRedirectURIs),
        ] {
            for address in addresses {
                guard let problem = RedirectURI.registrationProblem(address, isNative: isNative) else { continue }
                throw ClientMetadataError(member, problem)
            }
        }
        clientURI = try reader.address("client_uri")
        logoURI = try reader.address("logo_uri")
        policyURI = try reader.address("policy_uri")
        termsURI = try reader.address("tos_uri")
        jwksURI = try reader.address("jwks_uri")
        sectorIdentifierURI = try reader.address("sector_identifier_uri")
        // OpenID Core §4: https, since a person's browser is sent there.
        initiateLoginURI = try reader.address("initiate_login_uri")
        backchannelLogoutURI = try reader.address("backchannel_logout_uri")
    }

    private mutating func readCredentials(_ reader: MemberReader) throws(ClientMetadataError) {
        if let method: AuthenticationMethod = try reader.choice("token_endpoint_auth_method") { authMethod = method }
        authAlgorithm = try reader.choice("token_endpoint_auth_signing_alg")
        if let object = reader.object("jwks") {
            // Also one that is of no use: the set would be read without it, and nobody told.
            guard object["keys"]?.array?.contains(where: { $0.object?["d"] != nil }) != true else {
                throw ClientMetadataError("jwks", "contains a private key: it is burnt now, make another one")
            }
            guard let set = try? JWKSet(object, coordinates: .leadingZeroesMayBeMissing), !set.keys.isEmpty,
                set.keys.count <= 16
            else {
                throw ClientMetadataError("jwks", "is not a key set with one to 16 usable keys")
            }
            jwks = set
        }
        // RFC 7591 §2: one or the other.
        guard jwks == nil || jwksURI == nil else { throw ClientMetadataError("jwks", "excludes jwks_uri") }
        guard authMethod != .privateKeyJWT || jwks != nil || jwksURI != nil else {
            throw ClientMetadataError("token_endpoint_auth_method", "private_key_jwt needs jwks or jwks_uri")
        }
    }

    private mutating func readSignIn(_ reader: MemberReader) throws(ClientMetadataError) {
        let types = try reader.list("grant_types", 16)
        if !types.isEmpty {
            grantTypes = types.compactMap { GrantType(rawValue: $0) }
            guard grantTypes.count == types.count else {
                throw ClientMetadataError("grant_types", "names a grant type that is not supported")
            }
        }
        let responses = try reader.list("response_types", 16)
        // RFC 7591 §2.1: what does not go together is refused rather than repaired.
        guard responses.allSatisfy({ $0 == "code" }) else {
            throw ClientMetadataError("response_types", "may name code only")
        }
        guard responses.isEmpty || grantTypes.contains(.authorizationCode) else {
            throw ClientMetadataError("response_types", "code needs the grant type authorization_code")
        }
        guard !grantTypes.contains(.authorizationCode) || !redirectURIs.isEmpty else {
            throw ClientMetadataError("redirect_uris", "are missing")
        }
        subjectType = try reader.choice("subject_type")
        if let algorithm: Algorithm = try reader.choice("id_token_signed_response_alg") { idTokenAlgorithm = algorithm }
        userInfoAlgorithm = try reader.choice("userinfo_signed_response_alg")
        for member in [
            "id_token_encrypted_response_alg", "userinfo_encrypted_response_alg", "request_object_signing_alg",
        ]
        where reader.has(member) { throw ClientMetadataError(member, "is not supported") }
        defaultMaxAge = try reader.seconds("default_max_age")
        requiresAuthTime = try reader.flag("require_auth_time")
        requiresPushedRequests = try reader.flag("require_pushed_authorization_requests")
        backchannelLogoutSessionRequired = try reader.flag("backchannel_logout_session_required")
    }
}

/// Reads members of one JSON object and names the member that is wrong.
private struct MemberReader {
    let json: JSONObject

    func has(_ member: String) -> Bool { value(member) != nil }

    private func value(_ member: String) -> JSONValue? {
        guard let value = json[member], value != .null else { return nil }
        return value
    }

    func object(_ member: String) -> JSONObject? { value(member).map { $0.object ?? JSONObject() } }

    func text(_ member: String, _ limit: Int) throws(ClientMetadataError) -> String? {
        guard let value = value(member) else { return nil }
        guard let text = value.string, (1...limit).contains(text.utf8.count), isClean(text) else {
            throw ClientMetadataError(member, "must be text of 1 to \(limit) bytes without control characters")
        }
        return text
    }

    func list(_ member: String, _ limit: Int) throws(ClientMetadataError) -> [String] {
        guard let value = value(member) else { return [] }
        guard let list = value.strings, list.count <= limit,
            list.allSatisfy({ (1...RedirectURI.maximumLength).contains($0.utf8.count) && isClean($0) })
        else { throw ClientMetadataError(member, "must be a list of at most \(limit) texts") }
        return list
    }

    func address(_ member: String) throws(ClientMetadataError) -> String? {
        guard let text = try text(member, RedirectURI.maximumLength) else { return nil }
        if let problem = RedirectURI.registrationProblem(text, isNative: false) {
            throw ClientMetadataError(member, problem)
        }
        return text
    }

    func choice<Choice: RawRepresentable<String>>(_ member: String) throws(ClientMetadataError) -> Choice? {
        guard let text = try text(member, 64) else { return nil }
        guard let choice = Choice(rawValue: text) else { throw ClientMetadataError(member, "has an unsupported value") }
        return choice
    }

    func flag(_ member: String) throws(ClientMetadataError) -> Bool {
        guard let value = value(member) else { return false }
        // Some clients send text.
        if let text = value.string, ["true", "false"].contains(text) { return text == "true" }
        guard let flag = value.bool else { throw ClientMetadataError(member, "must be true or false") }
        return flag
    }

    func seconds(_ member: String) throws(ClientMetadataError) -> Int64? {
        guard let value = value(member) else { return nil }
        guard let seconds = value.integer, (0...9_999_999_999).contains(seconds) else {
            throw ClientMetadataError(member, "must be a number of seconds")
        }
        return seconds
    }

    /// Text that pages and logs show: no control characters, and none that turn the direction of what follows.
    private func isClean(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy { scalar in
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse: false
            default: true
            }
        }
    }
}
