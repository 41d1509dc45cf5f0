import JOSE

/// An error as the client sees it: a registered code and one sentence that reveals nothing about others.
public struct OAuthError: Error, Hashable, Sendable {
    /// Every registered error code that this server can answer with, once.
    public enum Code: String, CaseIterable, Hashable, Sendable {
        /// RFC 6749 §5.2
        case invalidRequest = "invalid_request"
        case invalidClient = "invalid_client"
        case invalidGrant = "invalid_grant"
        case unauthorizedClient = "unauthorized_client"
        case unsupportedGrantType = "unsupported_grant_type"
        case invalidScope = "invalid_scope"
        /// RFC 6749 §4.1.2.1
        case serverError = "server_error"
        case temporarilyUnavailable = "temporarily_unavailable"
        case accessDenied = "access_denied"
        case unsupportedResponseType = "unsupported_response_type"
        /// RFC 6750 §3.1
        case invalidToken = "invalid_token"
        case insufficientScope = "insufficient_scope"
        /// RFC 8707 §2
        case invalidTarget = "invalid_target"
        /// OpenID Core §3.1.2.6
        case loginRequired = "login_required"
        case interactionRequired = "interaction_required"
        case consentRequired = "consent_required"
        case accountSelectionRequired = "account_selection_required"
        case invalidRequestURI = "invalid_request_uri"
        case requestNotSupported = "request_not_supported"
        case requestURINotSupported = "request_uri_not_supported"
        case registrationNotSupported = "registration_not_supported"
        /// OpenID Connect Core Error Code unmet_authentication_requirements 1.0
        case unmetAuthenticationRequirements = "unmet_authentication_requirements"
        /// RFC 7591 §3.2.2
        case invalidRedirectURI = "invalid_redirect_uri"
        case invalidClientMetadata = "invalid_client_metadata"
    }

    public let code: Code
    /// Printable ASCII without `"` and `\` (RFC 6749 §5.2).
    public let description: String

    /// Characters that the grammar of `error_description` forbids become `?`, so that no caller can break a header.
    public init(_ code: Code, _ description: String) {
        self.code = code
        self.description =
            description.utf8.allSatisfy(Self.isAllowed)
            ? description : String(decoding: description.utf8.map { Self.isAllowed($0) ? $0 : 0x3F }, as: UTF8.self)
    }

    private static func isAllowed(_ byte: UInt8) -> Bool { byte == 0x20 || Scope.isScopeCharacter(byte) }

    /// The JSON body of an error answer (RFC 6749 §5.2).
    public var json: [UInt8] {
        var writer = JSONWriter(capacity: 128)
        writer.beginObject()
        writer.member("error", code.rawValue)
        writer.member("error_description", description)
        writer.endObject()
        return writer.bytes
    }
}
