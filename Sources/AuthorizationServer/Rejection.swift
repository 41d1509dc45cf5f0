package import OAuth

/// Why the authorization server said no. Precise for the log; ``oauthError`` is all that the client learns.
package enum Rejection: Error, Hashable, Sendable {
    // Client authentication
    case clientUnknown
    case clientDisabled(ClientID)
    case clientMethodWrong(ClientID)
    case clientSecretWrong(ClientID)
    case assertionKeyUnknown(ClientID)
    case assertionKeysUnavailable(ClientID)
    case assertionSignatureWrong(ClientID)
    case assertionClaimsWrong(ClientID, claim: String)
    case assertionReplayed(ClientID)
    case throttled(ClientID?, retryAfter: Int64)
    case notAClient(ClientID)
    case publicCaller(ClientID)

    // Grants
    case grantTypeNotAllowed(ClientID)
    case resourceNotNamed(ClientID)
    case resourceNotPermitted(ClientID, ResourceIndicator)
    case resourceDisabled(ClientID, ResourceIndicator)
    case scopeNotPermitted(ClientID, ResourceIndicator)
    case revokesTooOften(ClientID, retryAfter: Int64)
    case signingKeyMissing(ResourceIndicator)
    case codeRefused(ClientID, CodeFault)
    case refreshTokenRefused(ClientID, RefreshTokenFault)
    case scopeExceedsGrant(ClientID)
    /// A pushed request that is refused in the words of the authorization endpoint.
    case authorizationRequestWrong(ClientID, OAuthError)

    // API keys
    case apiKeyRefused(APIKeyFault, GrantID?, retryAfter: Int64?)
    case keyResourceNotNamed(GrantID)
    case keyScopeTooWide(GrantID)

    // Registration
    case registrationTokenWrong
    case registrationsFull

    // Tokens
    case tokenOfAnotherClient(ClientID, TokenID)
    case tokenNotAccepted(TokenFault)
    case audienceWrong(ClientID, TokenID)
    case rightMissing(ClientID, required: String)

    // Revocation feed
    /// It is for protected resources only.
    case notAResource(ClientID)
    case tooManyReaders(ClientID, retryAfter: Int64)
    case feedKeyMissing(ClientID)
    case snapshotTooLarge(ClientID, bytes: Int)

    /// What the client learns. One text for everything that went wrong with its authentication.
    package var oauthError: OAuthError {
        switch self {
        case .clientUnknown, .clientDisabled, .clientMethodWrong, .clientSecretWrong, .assertionKeyUnknown,
            .assertionSignatureWrong, .assertionClaimsWrong, .assertionReplayed, .notAClient, .publicCaller:
            OAuthError(.invalidClient, "client authentication failed")
        case .assertionKeysUnavailable:
            OAuthError(.temporarilyUnavailable, "the keys at jwks_uri could not be fetched; try again later")
        case .throttled:
            OAuthError(.temporarilyUnavailable, "too many failed attempts; try again later")
        case .grantTypeNotAllowed:
            OAuthError(.unauthorizedClient, "the client may not use this grant type")
        case .resourceNotNamed:
            OAuthError(.invalidTarget, "name the resource that the token is for")
        case .resourceNotPermitted, .resourceDisabled:
            OAuthError(.invalidTarget, "the client has no permission at this resource")
        case .scopeNotPermitted:
            OAuthError(.invalidScope, "the client may not have this scope at the resource")
        case .revokesTooOften:
            OAuthError(.temporarilyUnavailable, "too many tokens were revoked one by one; try again later")
        case .signingKeyMissing:
            OAuthError(.temporarilyUnavailable, "no signing key is active; try again later")
        case .codeRefused:
            OAuthError(.invalidGrant, "the authorization code is not accepted")
        case .refreshTokenRefused:
            OAuthError(.invalidGrant, "the refresh token is not accepted")
        case .scopeExceedsGrant:
            OAuthError(.invalidScope, "the scope goes beyond what was given")
        case .authorizationRequestWrong(_, let error):
            error
        case .apiKeyRefused(.quotaUsed, _, _):
            OAuthError(.temporarilyUnavailable, "the key was used too often; try again later")
        case .apiKeyRefused(.resourceWrong, _, _), .apiKeyRefused(.permissionEnded, _, _):
            OAuthError(.invalidTarget, "the key has no permission at this resource")
        case .apiKeyRefused:
            // RFC 8693 §2.2.2: not invalid_grant.
            OAuthError(.invalidRequest, "the subject_token is not accepted")
        case .keyResourceNotNamed:
            OAuthError(.invalidTarget, "name the resource that the token is for")
        case .keyScopeTooWide:
            OAuthError(.invalidScope, "the scope goes beyond what the key may do")
        case .registrationTokenWrong:
            OAuthError(.invalidToken, "the access token is not accepted")
        case .registrationsFull:
            OAuthError(.temporarilyUnavailable, "no more clients can be registered now")
        case .tokenOfAnotherClient:
            OAuthError(.unauthorizedClient, "the token was not issued to this client")
        case .tokenNotAccepted, .audienceWrong:
            OAuthError(.invalidToken, "the access token is not accepted")
        case .rightMissing:
            OAuthError(.insufficientScope, "the access token does not have the scope that this needs")
        case .notAResource:
            OAuthError(.unauthorizedClient, "the feed is for protected resources")
        case .snapshotTooLarge:
            OAuthError(.temporarilyUnavailable, "there is more than fits into a snapshot; try again later")
        case .tooManyReaders, .feedKeyMissing:
            OAuthError(.temporarilyUnavailable, "the feed takes no more connections now; try again later")
        }
    }

    /// One snake_case word for logs and metrics.
    package var reason: String {
        switch self {
        case .clientUnknown: "client_unknown"
        case .apiKeyRefused(let fault, _, _): "api_key_\(fault.rawValue)"
        case .keyResourceNotNamed: "api_key_resource_not_named"
        case .keyScopeTooWide: "api_key_scope_too_wide"
        case .registrationTokenWrong: "registration_token_wrong"
        case .registrationsFull: "registrations_full"
        case .clientDisabled: "client_disabled"
        case .clientMethodWrong: "client_method_wrong"
        case .clientSecretWrong: "client_secret_wrong"
        case .assertionKeyUnknown: "assertion_key_unknown"
        case .assertionKeysUnavailable: "assertion_keys_unavailable"
        case .assertionSignatureWrong: "assertion_signature_wrong"
        case .assertionClaimsWrong(_, let claim): "assertion_\(claim)_wrong"
        case .assertionReplayed: "assertion_replayed"
        case .throttled: "throttled"
        case .notAClient: "not_a_client"
        case .publicCaller: "public_caller"
        case .grantTypeNotAllowed: "grant_type_not_allowed"
        case .resourceNotNamed: "resource_not_named"
        case .resourceNotPermitted: "resource_not_permitted"
        case .resourceDisabled: "resource_disabled"
        case .scopeNotPermitted: "scope_not_permitted"
        case .revokesTooOften: "revokes_too_often"
        case .signingKeyMissing: "signing_key_missing"
        case .codeRefused(_, let fault): "code_\(fault.rawValue)"
        case .refreshTokenRefused(_, let fault): "refresh_token_\(fault.rawValue)"
        case .scopeExceedsGrant: "scope_exceeds_grant"
        case .authorizationRequestWrong(_, let error): "request_\(error.code.rawValue)"
        case .tokenOfAnotherClient: "token_of_another_client"
        case .tokenNotAccepted(let fault): "token_\(fault.rawValue)"
        case .audienceWrong: "audience_wrong"
        case .rightMissing: "right_missing"
        case .notAResource: "not_a_resource"
        case .tooManyReaders: "too_many_readers"
        case .feedKeyMissing: "feed_key_missing"
        case .snapshotTooLarge: "snapshot_too_large"
        }
    }

    /// The registered client that this is about; never a name that a stranger made up.
    package var client: ClientID? {
        switch self {
        case .clientUnknown, .signingKeyMissing, .tokenNotAccepted, .registrationTokenWrong, .registrationsFull,
            .apiKeyRefused, .keyResourceNotNamed, .keyScopeTooWide:
            nil
        case .clientDisabled(let id), .clientMethodWrong(let id), .clientSecretWrong(let id),
            .assertionKeyUnknown(let id),
            .assertionKeysUnavailable(let id), .assertionSignatureWrong(let id), .assertionClaimsWrong(let id, _),
            .assertionReplayed(let id), .notAClient(let id), .publicCaller(let id), .grantTypeNotAllowed(let id),
            .resourceNotNamed(let id), .resourceNotPermitted(let id, _), .resourceDisabled(let id, _),
            .scopeNotPermitted(let id, _), .codeRefused(let id, _), .refreshTokenRefused(let id, _),
            .scopeExceedsGrant(let id), .authorizationRequestWrong(let id, _), .tokenOfAnotherClient(let id, _),
            .audienceWrong(let id, _),
            .rightMissing(let id, _):
            id
        case .revokesTooOften(let id, _), .tooManyReaders(let id, _): id
        case .notAResource(let id), .feedKeyMissing(let id), .snapshotTooLarge(let id, _): id
        case .throttled(let id, _): id
        }
    }

    /// Seconds after which trying again makes sense.
    package var retryAfter: Int64? {
        switch self {
        case .throttled(_, let seconds), .revokesTooOften(_, let seconds), .tooManyReaders(_, let seconds): seconds
        case .apiKeyRefused(_, _, let seconds): seconds
        case .assertionKeysUnavailable: 30
        case .snapshotTooLarge: 60
        case .signingKeyMissing, .feedKeyMissing: 1
        default: nil
        }
    }

    package var facts: DecisionFacts {
        var facts = DecisionFacts(reason, client: client)
        switch self {
        case .resourceNotPermitted(_, let resource), .resourceDisabled(_, let resource),
            .scopeNotPermitted(_, let resource),
            .signingKeyMissing(let resource):
            facts.resource = resource
        case .tokenOfAnotherClient(_, let token), .audienceWrong(_, let token):
            facts.tokenID = token
        case .apiKeyRefused(_, let key, _): facts.grant = key
        case .keyResourceNotNamed(let key), .keyScopeTooWide(let key): facts.grant = key
        default: break
        }
        return facts
    }
}

/// What is wrong with an access token.
package enum TokenFault: String, CaseIterable, Hashable, Sendable {
    case malformed, keyUnknown = "key_unknown", keyDistrusted = "key_distrusted", signatureWrong = "signature_wrong"
    case issuerWrong = "issuer_wrong", expired, issuedInFuture = "issued_in_future"
    case notYetValid = "not_yet_valid", tokenRevoked = "revoked"
    case subjectEnded = "subject_ended", clientEnded = "client_ended", grantEnded = "grant_ended"
    case resourceEnded = "resource_ended"
}

/// What is wrong with an authorization code, or with who brings it.
package enum CodeFault: String, CaseIterable, Hashable, Sendable {
    case unknown, expired, replayed, ended
    case ofAnotherClient = "of_another_client"
    case redirectURIWrong = "redirect_uri_wrong"
    case verifierMissing = "verifier_missing", verifierWrong = "verifier_wrong"
    case verifierUnexpected = "verifier_unexpected"
}

/// What is wrong with a refresh token, or with who brings it.
package enum RefreshTokenFault: String, CaseIterable, Hashable, Sendable {
    case unknown, ended, late, reused
    /// Of a generation that a restored store does not know of.
    case ahead
    case ofAnotherClient = "of_another_client"
    case repeatedTooOften = "repeated_too_often"
    case userEnded = "user_ended", sessionEnded = "session_ended", consentEnded = "consent_ended"
}
