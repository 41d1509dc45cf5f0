import OAuth

/// Each check that can refuse a request, by the word that logs, metrics and explanations know it by.
///
/// The words are stable. Each has an explanation (``explanation``), which `docs/reference/errors.md` lists.
package enum Check: String, CaseIterable, Hashable, Sendable {
    // Who is asking
    case clientUnknown = "client_unknown", clientDisabled = "client_disabled"
    case clientMethodWrong = "client_method_wrong", clientSecretWrong = "client_secret_wrong"
    case assertionKeyUnknown = "assertion_key_unknown", assertionKeysUnavailable = "assertion_keys_unavailable"
    case assertionSignatureWrong = "assertion_signature_wrong", assertionReplayed = "assertion_replayed"
    case assertionIssuerWrong = "assertion_iss_wrong", assertionSubjectWrong = "assertion_sub_wrong"
    case assertionAudienceWrong = "assertion_aud_wrong", assertionExpiryWrong = "assertion_exp_wrong"
    case assertionStartWrong = "assertion_nbf_wrong", assertionTimeWrong = "assertion_iat_wrong"
    case assertionNameWrong = "assertion_jti_wrong"
    case throttled, notAClient = "not_a_client", publicCaller = "public_caller", notAResource = "not_a_resource"
    case tooManyReaders = "too_many_readers", feedKeyMissing = "feed_key_missing"
    case snapshotTooLarge = "snapshot_too_large"

    // What it asks for
    case grantTypeNotAllowed = "grant_type_not_allowed", resourceNotNamed = "resource_not_named"
    case resourceNotPermitted = "resource_not_permitted", resourceDisabled = "resource_disabled"
    case scopeNotPermitted = "scope_not_permitted", scopeExceedsGrant = "scope_exceeds_grant"
    case revokesTooOften = "revokes_too_often", signingKeyMissing = "signing_key_missing"
    case registrationTokenWrong = "registration_token_wrong", registrationsFull = "registrations_full"
    case tokenOfAnotherClient = "token_of_another_client"

    case codeUnknown = "code_unknown", codeExpired = "code_expired", codeReplayed = "code_replayed"
    case codeEnded = "code_ended", codeOfAnotherClient = "code_of_another_client"
    case codeRedirectURIWrong = "code_redirect_uri_wrong", codeVerifierMissing = "code_verifier_missing"
    case codeVerifierWrong = "code_verifier_wrong", codeVerifierUnexpected = "code_verifier_unexpected"

    case refreshTokenUnknown = "refresh_token_unknown", refreshTokenEnded = "refresh_token_ended"
    case refreshTokenLate = "refresh_token_late", refreshTokenReused = "refresh_token_reused"
    case refreshTokenAhead = "refresh_token_ahead", refreshTokenOfAnotherClient = "refresh_token_of_another_client"
    case refreshTokenRepeatedTooOften = "refresh_token_repeated_too_often"
    case refreshTokenUserEnded = "refresh_token_user_ended", refreshTokenSessionEnded = "refresh_token_session_ended"
    case refreshTokenConsentEnded = "refresh_token_consent_ended"

    // Access tokens
    case tokenMissing = "token_missing", tokenMalformed = "token_malformed", tokenKeyUnknown = "token_key_unknown"
    case tokenKeyDistrusted = "token_key_distrusted", tokenSignatureWrong = "token_signature_wrong"
    case tokenIssuerWrong = "token_issuer_wrong", tokenExpired = "token_expired"
    case tokenIssuedInFuture = "token_issued_in_future", tokenNotYetValid = "token_not_yet_valid"
    case tokenRevoked = "token_revoked"
    case tokenSubjectEnded = "token_subject_ended", tokenClientEnded = "token_client_ended"
    case tokenGrantEnded = "token_grant_ended", tokenResourceEnded = "token_resource_ended"
    case audienceWrong = "audience_wrong", rightMissing = "right_missing"

    // API keys
    case keyMalformed = "api_key_malformed", keyUnknown = "api_key_unknown", keyHoney = "api_key_honey"
    case keyLeaked = "api_key_leaked", keyEnded = "api_key_ended", keyExpired = "api_key_expired"
    case keyOwnerEnded = "api_key_owner_ended", keyResourceWrong = "api_key_resource_wrong"
    case keyPermissionEnded = "api_key_permission_ended", keyNetworkWrong = "api_key_network_wrong"
    case keyQuotaUsed = "api_key_quota_used", keyDirectUseForbidden = "api_key_direct_use_forbidden"
    case keyResourceNotNamed = "api_key_resource_not_named", keyScopeTooWide = "api_key_scope_too_wide"

    // Authorization requests
    case clientMissing = "client_missing", notARelyingParty = "not_a_relying_party"
    case redirectURIWrong = "redirect_uri_wrong", authorizationMalformed = "malformed"
    case pushedRequestWrong = "pushed_request_wrong", requestGone = "request_gone"
    case ofAnotherBrowser = "of_another_browser"

    // What a standard has a code for, and the sentence beside it says more
    case invalidRequest = "invalid_request", invalidClient = "invalid_client", invalidGrant = "invalid_grant"
    case unauthorizedClient = "unauthorized_client", unsupportedGrantType = "unsupported_grant_type"
    case invalidScope = "invalid_scope", serverError = "server_error"
    case temporarilyUnavailable = "temporarily_unavailable", accessDenied = "access_denied"
    case unsupportedResponseType = "unsupported_response_type", invalidToken = "invalid_token"
    case insufficientScope = "insufficient_scope", invalidTarget = "invalid_target", loginRequired = "login_required"
    case interactionRequired = "interaction_required", consentRequired = "consent_required"
    case accountSelectionRequired = "account_selection_required", invalidRequestURI = "invalid_request_uri"
    case requestNotSupported = "request_not_supported", requestURINotSupported = "request_uri_not_supported"
    case registrationNotSupported = "registration_not_supported"
    case unmetAuthenticationRequirements = "unmet_authentication_requirements"
    case invalidRedirectURI = "invalid_redirect_uri", invalidClientMetadata = "invalid_client_metadata"

    // People
    case accountUnknown = "account_unknown", passwordUnset = "password_unset", passwordWrong = "password_wrong"
    case accountDisabled = "account_disabled", accountLocked = "account_locked", formToken = "form_token"

    // Administration
    case originPresent = "origin_present", peerNotAllowed = "peer_not_allowed", peerUnknown = "peer_unknown"
    case socketOnly = "socket_only", unsupportedMediaType = "unsupported_media_type"
    case payloadTooLarge = "payload_too_large", conflict, preconditionFailed = "precondition_failed"

    // Requests that no endpoint sees
    case mediaType = "media_type", hostUnknown = "host_unknown", authorizationRepeated = "authorization_repeated"
    case contentCoding = "content_coding", methodNotAllowed = "method_not_allowed"
    case connectionLimit = "connection_limit"
    case bodyTooLarge = "body_too_large", requestTimeout = "request_timeout", methodUnknown = "method_unknown"
    case versionUnknown = "version_unknown", headerTooLarge = "header_too_large", targetTooLong = "target_too_long"
    case expectationFailed = "expectation_failed"

    // Framing
    case upgrade, lineEnd = "line_end", host, nullByte = "null_byte", framing, transferEncoding = "transfer_encoding"
    case contentLength = "content_length", headerValue = "header_value", headerName = "header_name"
    case headerLine = "header_line", chunkLine = "chunk_line", chunkOverhead = "chunk_overhead"
    case chunkEnd = "chunk_end", chunkSize = "chunk_size", requestLine = "request_line"
    case requestTarget = "request_target", pseudoHeader = "pseudo_header"

    /// A word that nothing explains.
    case other

    /// The check behind a word of the log: what follows a colon says where, and `request_` that it was pushed.
    package init(reason: String) {
        let word = reason.prefix { $0 != ":" }
        let code = word.hasPrefix("request_") ? OAuthError.Code(rawValue: String(word.dropFirst(8))) : nil
        self = Check(rawValue: String(word)) ?? code.flatMap { Check(rawValue: $0.rawValue) } ?? .other
    }

    /// How much an operator may see of the value that a check failed on.
    package enum Sight: Hashable, Sendable {
        case value
        /// It proves something, or people type into its field what does: only how long it is.
        case measure
    }

    package var sight: Sight {
        switch self {
        case .clientSecretWrong, .registrationTokenWrong, .codeUnknown, .codeVerifierWrong, .codeVerifierMissing,
            .codeVerifierUnexpected, .refreshTokenUnknown, .tokenMalformed, .tokenSignatureWrong, .accountUnknown,
            .passwordUnset, .passwordWrong, .keyMalformed, .keyUnknown, .accountDisabled, .accountLocked, .formToken,
            .pushedRequestWrong:
            .measure
        default: .value
        }
    }
}
