public import JOSE

/// What a client is told after it registered, asked, or changed itself (RFC 7591 §3.2.1, RFC 7592 §3).
public struct ClientRegistration: Hashable, Sendable {
    public var clientID: ClientID
    /// Shown once, when it is made.
    public var clientSecret: Secret?
    public var issuedAt: NumericDate
    /// With which the client manages itself; `nil`: it keeps the one that it has.
    public var accessToken: Secret?
    public var registrationURI: String
    public var metadata: ClientMetadata

    public init(
        clientID: ClientID, clientSecret: Secret?, issuedAt: NumericDate, accessToken: Secret?,
        registrationURI: String, metadata: ClientMetadata
    ) {
        self.clientID = clientID
        self.clientSecret = clientSecret
        self.issuedAt = issuedAt
        self.accessToken = accessToken
        self.registrationURI = registrationURI
        self.metadata = metadata
    }

    public var json: [UInt8] {
        var writer = JSONWriter(capacity: 1024)
        writer.beginObject()
        writer.member("client_id", clientID.rawValue)
        writer.member("client_id_issued_at", issuedAt)
        if let clientSecret {
            writer.member("client_secret", clientSecret.revealedValue)
            // RFC 7591 §3.2.1 requires it beside a secret; 0 says that it does not expire.
            writer.member("client_secret_expires_at", 0)
        }
        writer.member("registration_access_token", accessToken?.revealedValue)
        writer.member("registration_client_uri", registrationURI)
        metadata.write(to: &writer)
        writer.endObject()
        return writer.bytes
    }
}

extension ClientMetadata {
    /// All registered metadata (RFC 7591 §3.2.1), defaults included.
    func write(to writer: inout JSONWriter) {
        if !redirectURIs.isEmpty { writer.member("redirect_uris", redirectURIs) }
        if !postLogoutRedirectURIs.isEmpty { writer.member("post_logout_redirect_uris", postLogoutRedirectURIs) }
        writer.member("grant_types", grantTypes.map(\.rawValue))
        writer.member("response_types", grantTypes.contains(.authorizationCode) ? ["code"] : [])
        writer.member("token_endpoint_auth_method", authMethod.rawValue)
        writer.member("token_endpoint_auth_signing_alg", authAlgorithm?.rawValue)
        writer.member("application_type", applicationType.rawValue)
        writer.member("client_name", name)
        writer.member("client_uri", clientURI)
        writer.member("logo_uri", logoURI)
        writer.member("policy_uri", policyURI)
        writer.member("tos_uri", termsURI)
        if !contacts.isEmpty { writer.member("contacts", contacts) }
        writer.member("scope", scope?.description)
        if let jwks { writer.member("jwks", jwks.publicJSON) }
        writer.member("jwks_uri", jwksURI)
        writer.member("subject_type", subjectType?.rawValue)
        writer.member("sector_identifier_uri", sectorIdentifierURI)
        writer.member("id_token_signed_response_alg", idTokenAlgorithm.rawValue)
        writer.member("userinfo_signed_response_alg", userInfoAlgorithm?.rawValue)
        if let defaultMaxAge { writer.member("default_max_age", defaultMaxAge) }
        if requiresAuthTime { writer.member("require_auth_time", true) }
        writer.member("initiate_login_uri", initiateLoginURI)
        if requiresPushedRequests { writer.member("require_pushed_authorization_requests", true) }
        writer.member("backchannel_logout_uri", backchannelLogoutURI)
        if backchannelLogoutURI != nil {
            writer.member("backchannel_logout_session_required", backchannelLogoutSessionRequired)
        }
    }
}
