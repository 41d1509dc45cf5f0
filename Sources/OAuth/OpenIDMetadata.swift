public import JOSE

/// What discovery says beyond RFC 8414 about an issuer at which people sign in (OpenID Discovery §3).
public struct OpenIDMetadata: Hashable, Sendable {
    /// Whether clients may register themselves (RFC 7591).
    public var offersRegistration: Bool
    /// Scopes about the person; those of protected resources are nobody else's business.
    public var scopes: [String]
    public var claims: [String]
    public var idTokenAlgorithms: [Algorithm]
    public var userInfoAlgorithms: [Algorithm]
    public var acrValues: [String]
    /// Languages of the pages.
    public var uiLocales: [String]
    public var policyURI: String?
    public var termsURI: String?

    public init(
        offersRegistration: Bool, scopes: [String] = StandardClaims.identityScopes,
        claims: [String] = StandardClaims.all, idTokenAlgorithms: [Algorithm] = [.ES256, .RS256],
        userInfoAlgorithms: [Algorithm] = [.ES256, .RS256], acrValues: [String] = [], uiLocales: [String] = [],
        policyURI: String? = nil, termsURI: String? = nil
    ) {
        self.offersRegistration = offersRegistration
        self.scopes = scopes
        self.claims = claims
        self.idTokenAlgorithms = idTokenAlgorithms
        self.userInfoAlgorithms = userInfoAlgorithms
        self.acrValues = acrValues
        self.uiLocales = uiLocales
        self.policyURI = policyURI
        self.termsURI = termsURI
    }

    func write(to writer: inout JSONWriter, issuer: Issuer) {
        writer.member("authorization_endpoint", issuer.url(of: .authorization))
        writer.member("pushed_authorization_request_endpoint", issuer.url(of: .pushedAuthorization))
        writer.member("userinfo_endpoint", issuer.url(of: .userInfo))
        writer.member("end_session_endpoint", issuer.url(of: .endSession))
        if offersRegistration { writer.member("registration_endpoint", issuer.url(of: .registration)) }
        writer.member("scopes_supported", scopes)
        writer.member("response_types_supported", ["code"])
        writer.member("response_modes_supported", ResponseMode.allCases.map(\.rawValue))
        writer.member("code_challenge_methods_supported", [CodeChallenge.method])
        // RFC 9207 §3
        writer.member("authorization_response_iss_parameter_supported", true)
        writer.member("require_pushed_authorization_requests", false)
        writer.member("subject_types_supported", ["public", "pairwise"])
        writer.member("id_token_signing_alg_values_supported", idTokenAlgorithms.map(\.rawValue))
        writer.member("userinfo_signing_alg_values_supported", userInfoAlgorithms.map(\.rawValue))
        writer.member("claim_types_supported", ["normal"])
        writer.member("claims_supported", claims)
        writer.member("claims_parameter_supported", true)
        writer.member("request_parameter_supported", false)
        // Its default is true (OpenID Discovery §3).
        writer.member("request_uri_parameter_supported", false)
        writer.member("prompt_values_supported", Prompt.allCases.map(\.rawValue))
        writer.member("display_values_supported", Display.allCases.map(\.rawValue))
        if !acrValues.isEmpty { writer.member("acr_values_supported", acrValues) }
        if !uiLocales.isEmpty { writer.member("ui_locales_supported", uiLocales) }
        writer.member("backchannel_logout_supported", true)
        writer.member("backchannel_logout_session_supported", true)
        writer.member("op_policy_uri", policyURI)
        writer.member("op_tos_uri", termsURI)
    }
}
