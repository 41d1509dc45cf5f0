import JOSE
import OAuth
import Storage

/// What a client asks to be registered with, held against what clients may ask for without an administrator.
struct RegistrationRequest {
    let metadata: ClientMetadata

    /// Sent back to us these would be a mistake of the client or worse (RFC 7592 §2.2).
    private static let answersOnly = [
        "registration_access_token", "registration_client_uri", "client_secret_expires_at", "client_id_issued_at",
    ]

    /// Without `groups` and `roles`: those speak of the operator's own affairs.
    private static let scopes = ["openid", "profile", "email", "address", "phone", "offline_access"]

    init(_ body: [UInt8], isUpdate: Bool) throws(OAuthError) {
        let limits = JSONLimits.document(maximumBytes: ClientMetadata.maximumBytes)
        guard let json = try? JSONObject(parsing: body, limits: limits) else {
            throw OAuthError(.invalidClientMetadata, "the body is not a JSON object within the limits")
        }
        // RFC 7591 §2.3: nobody is trusted to vouch for clients, and to ignore it would say otherwise.
        if let statement = json["software_statement"], statement != .null {
            throw OAuthError(.invalidClientMetadata, "software_statement is not supported")
        }
        if isUpdate, let member = Self.answersOnly.first(where: { json[$0] != nil }) {
            throw OAuthError(.invalidClientMetadata, "\(member) is not for the client to set")
        }
        do { metadata = try ClientMetadata(json) } catch { throw error.oauthError }
        // RFC 6749 §4.4: permissions of a client itself are for an administrator to give.
        guard metadata.grantTypes.allSatisfy({ $0 == .authorizationCode || $0 == .refreshToken }) else {
            throw OAuthError(.invalidClientMetadata, "grant_types may name authorization_code and refresh_token")
        }
    }

    /// The client that it describes, under a new id and without a secret. That it belongs to the sector that it names
    /// is for ``SectorCheck`` to find out.
    func client(
        _ policy: RegistrationPolicy, token: TokenHash, secrets: SecretGenerator, at now: NumericDate
    ) throws(OAuthError) -> RegisteredClient {
        let draft = ClientDraft(
            name: metadata.name ?? usualName, credentials: credentials,
            grantTypes: metadata.grantTypes.map(\.rawValue), relyingParty: party(policy))
        do {
            var client = try draft.checked(secrets: secrets, at: now)
            client.relyingParty?.registrationToken = token
            client.relyingParty?.sectorIdentifierURI = metadata.sectorIdentifierURI
            return client
        } catch {
            throw Self.oauthError(error)
        }
    }

    private var usualName: String {
        metadata.redirectURIs.first.flatMap { DraftCheck.host(of: $0) } ?? "An application without a name"
    }

    /// Keys that the method does not use are not registered.
    private var credentials: CredentialsDraft {
        guard metadata.authMethod == .privateKeyJWT else {
            return CredentialsDraft(method: metadata.authMethod.rawValue)
        }
        return CredentialsDraft(
            method: metadata.authMethod.rawValue, keySet: metadata.jwks?.publicJSON, keySetURL: metadata.jwksURI,
            assertionAlgorithm: metadata.authAlgorithm?.rawValue)
    }

    private func party(_ policy: RegistrationPolicy) -> RelyingPartyDraft {
        var draft = RelyingPartyDraft(redirectURIs: metadata.redirectURIs)
        draft.postLogoutRedirectURIs = metadata.postLogoutRedirectURIs
        draft.applicationType = metadata.applicationType.rawValue
        let wanted = metadata.scope?.tokens ?? Self.scopes
        draft.identityScope = wanted.filter(Self.scopes.contains).joined(separator: " ")
        draft.subjectType = metadata.subjectType?.rawValue
        draft.sectorIdentifier = metadata.sectorIdentifierURI.flatMap { DraftCheck.host(of: $0) }
        draft.idTokenAlgorithm = metadata.idTokenAlgorithm.rawValue
        draft.userInfoAlgorithm = metadata.userInfoAlgorithm?.rawValue
        draft.backchannelLogoutURI = metadata.backchannelLogoutURI
        draft.backchannelLogoutSessionRequired = metadata.backchannelLogoutSessionRequired
        draft.initiateLoginURI = metadata.initiateLoginURI
        draft.requiresPushedRequests = metadata.requiresPushedRequests
        draft.mayOmitPKCE = policy.allowsOldOpenID && metadata.authMethod != .none
        draft.mayAddressAssertionsToTokenEndpoint = policy.allowsOldOpenID && metadata.authMethod == .privateKeyJWT
        if let age = metadata.defaultMaxAge { draft.defaultMaxAge = .set(age) }
        draft.requiresAuthTime = metadata.requiresAuthTime
        draft.homeURI = metadata.clientURI
        draft.logoURI = metadata.logoURI
        draft.policyURI = metadata.policyURI
        draft.termsURI = metadata.termsURI
        draft.contacts = metadata.contacts
        return draft
    }

    /// RFC 7591 §3.2.2
    private static func oauthError(_ error: AdministrationError) -> OAuthError {
        guard case .invalid(let problems) = error, let first = problems.first else {
            return OAuthError(.invalidClientMetadata, "the metadata are not accepted")
        }
        let isRedirect = first.field.hasPrefix("redirect_uris")
        return OAuthError(isRedirect ? .invalidRedirectURI : .invalidClientMetadata, "\(first)")
    }
}
