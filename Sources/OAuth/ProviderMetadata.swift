public import JOSE

/// What an authorization server says of itself: the document of RFC 8414 §2 and that of OpenID Discovery §3.
public struct ProviderMetadata: Hashable, Sendable {
    public let issuer: Issuer
    /// Of the endpoints at which a client without credentials has nothing to ask.
    public var authMethods: [AuthenticationMethod]
    public var assertionAlgorithms: [Algorithm]
    public var idTokenAlgorithms: [Algorithm]
    /// `acr` values that a sign-in can have.
    public var contextClasses: [String]
    public var subjectTypes: [String]
    /// Languages of the pages, as BCP 47 tags.
    public var uiLocales: [String]
    /// Endpoints that are there only when the operator says so.
    public var offersRegistration: Bool
    public var documentation: String?

    public init(
        issuer: Issuer, authMethods: [AuthenticationMethod], assertionAlgorithms: [Algorithm],
        idTokenAlgorithms: [Algorithm], contextClasses: [String], subjectTypes: [String], uiLocales: [String] = [],
        offersRegistration: Bool = false, documentation: String?
    ) {
        self.issuer = issuer
        self.authMethods = authMethods
        self.assertionAlgorithms = assertionAlgorithms
        self.idTokenAlgorithms = idTokenAlgorithms
        self.contextClasses = contextClasses
        self.subjectTypes = subjectTypes
        self.uiLocales = uiLocales
        self.offersRegistration = offersRegistration
        self.documentation = documentation
    }

    /// The document of RFC 8414. Only what exists is named, so a client that follows it never meets a 404.
    public var json: [UInt8] {
        var writer = JSONWriter(capacity: 4096)
        writer.beginObject()
        writeCommon(to: &writer)
        writer.endObject()
        return writer.bytes
    }

    /// The document of OpenID Discovery, which says the same and more.
    public var openIDJSON: [UInt8] {
        var writer = JSONWriter(capacity: 4096)
        writer.beginObject()
        writeCommon(to: &writer)
        writer.member("userinfo_endpoint", issuer.url(of: .userInfo))
        writer.member("end_session_endpoint", issuer.url(of: .endSession))
        writer.member("subject_types_supported", subjectTypes)
        writer.member("id_token_signing_alg_values_supported", idTokenAlgorithms.map(\.rawValue))
        writer.member("userinfo_signing_alg_values_supported", idTokenAlgorithms.map(\.rawValue))
        writer.member("acr_values_supported", contextClasses)
        writer.member("display_values_supported", [Display.page.rawValue])
        writer.member("claim_types_supported", ["normal"])
        writer.member("claims_supported", StandardClaims.all)
        writer.member("claims_parameter_supported", true)
        writer.member("request_parameter_supported", false)
        // OpenID Discovery §3: left out it would mean true.
        writer.member("request_uri_parameter_supported", false)
        writer.member("prompt_values_supported", Prompt.allCases.map(\.rawValue))
        writer.member("backchannel_logout_supported", true)
        writer.member("backchannel_logout_session_supported", true)
        writer.endObject()
        return writer.bytes
    }

    private func writeCommon(to writer: inout JSONWriter) {
        writer.member("issuer", issuer.rawValue)
        writer.member("authorization_endpoint", issuer.url(of: .authorization))
        writer.member("pushed_authorization_request_endpoint", issuer.url(of: .pushedAuthorization))
        writer.member("token_endpoint", issuer.url(of: .token))
        writer.member("jwks_uri", issuer.url(of: .keySet))
        writer.member("introspection_endpoint", issuer.url(of: .introspection))
        writer.member("revocation_endpoint", issuer.url(of: .revocation))
        if offersRegistration { writer.member("registration_endpoint", issuer.url(of: .registration)) }
        writer.member("scopes_supported", StandardClaims.identityScopes)
        writer.member("response_types_supported", ["code"])
        writer.member("response_modes_supported", ResponseMode.allCases.map(\.rawValue))
        writer.member("grant_types_supported", GrantType.allCases.map(\.rawValue))
        writer.member("code_challenge_methods_supported", [CodeChallenge.method])
        // RFC 9207 §3
        writer.member("authorization_response_iss_parameter_supported", true)
        writer.member("require_pushed_authorization_requests", false)
        // A public client redeems and revokes what people gave it; what it asks of others it cannot ask.
        write(authMethods + [.none], "token_endpoint_auth", to: &writer)
        write(authMethods, "introspection_endpoint_auth", to: &writer)
        write(authMethods + [.none], "revocation_endpoint_auth", to: &writer)
        if !uiLocales.isEmpty { writer.member("ui_locales_supported", uiLocales) }
        if let documentation { writer.member("service_documentation", documentation) }
    }

    private func write(_ methods: [AuthenticationMethod], _ prefix: String, to writer: inout JSONWriter) {
        writer.name(prefix + "_methods_supported")
        writer.value(methods.map(\.rawValue))
        writer.name(prefix + "_signing_alg_values_supported")
        writer.value(assertionAlgorithms.map(\.rawValue))
    }
}
