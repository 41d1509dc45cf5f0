/// A request to the token endpoint, read completely before anything looks at it (RFC 6749 §3.2).
public enum TokenRequest: Hashable, Sendable {
    case authorizationCode(AuthorizationCodeParameters)
    case clientCredentials(ClientCredentialsParameters)
    case refreshToken(RefreshTokenParameters)
    case tokenExchange(TokenExchangeParameters)

    public init(_ form: FormParameters) throws(OAuthError) {
        guard let name = form["grant_type"] else { throw OAuthError(.invalidRequest, "grant_type is missing") }
        guard let grantType = GrantType(rawValue: name) else {
            throw OAuthError(.unsupportedGrantType, "this grant_type is not supported")
        }
        switch grantType {
        case .authorizationCode: self = .authorizationCode(try AuthorizationCodeParameters(form))
        case .clientCredentials: self = .clientCredentials(try ClientCredentialsParameters(form))
        case .refreshToken: self = .refreshToken(try RefreshTokenParameters(form))
        case .tokenExchange: self = .tokenExchange(try TokenExchangeParameters(form))
        }
    }

    public var grantType: GrantType {
        switch self {
        case .authorizationCode: .authorizationCode
        case .clientCredentials: .clientCredentials
        case .refreshToken: .refreshToken
        case .tokenExchange: .tokenExchange
        }
    }
}

/// What a client asks for with a code that a person's browser brought it (RFC 6749 §4.1.3, RFC 7636 §4.5).
public struct AuthorizationCodeParameters: Hashable, Sendable {
    public let code: Secret
    public let redirectURI: String?
    public let codeVerifier: Secret?
    /// `nil`: the client's default.
    public let resource: ResourceIndicator?

    public init(code: Secret, redirectURI: String?, codeVerifier: Secret?, resource: ResourceIndicator? = nil) {
        self.code = code
        self.redirectURI = redirectURI
        self.codeVerifier = codeVerifier
        self.resource = resource
    }

    init(_ form: FormParameters) throws(OAuthError) {
        guard let code = form["code"] else { throw OAuthError(.invalidRequest, "code is missing") }
        self.code = Secret(code)
        redirectURI = form["redirect_uri"]
        codeVerifier = form["code_verifier"].map { Secret($0) }
        resource = try ResourceIndicator.only(in: form)
    }
}

/// What a client asks for on its own behalf (RFC 6749 §4.4.2, RFC 8707 §2.2).
public struct ClientCredentialsParameters: Hashable, Sendable {
    /// `nil`: all that the client may have there.
    public let scope: Scope?
    /// `nil`: the one resource that the client may use, if there is just one.
    public let resource: ResourceIndicator?

    public init(scope: Scope?, resource: ResourceIndicator?) {
        self.scope = scope
        self.resource = resource
    }

    init(_ form: FormParameters) throws(OAuthError) {
        scope = try form["scope"].map { text throws(OAuthError) in try Scope(text) }
        resource = try ResourceIndicator.only(in: form)
    }
}

/// What a client asks for with a refresh token (RFC 6749 §6, RFC 8707 §2.2).
public struct RefreshTokenParameters: Hashable, Sendable {
    public let refreshToken: Secret
    /// `nil`: all that was given. Only ever narrows this one access token.
    public let scope: Scope?
    /// `nil`: the client's default.
    public let resource: ResourceIndicator?

    public init(refreshToken: Secret, scope: Scope? = nil, resource: ResourceIndicator? = nil) {
        self.refreshToken = refreshToken
        self.scope = scope
        self.resource = resource
    }

    init(_ form: FormParameters) throws(OAuthError) {
        guard let token = form["refresh_token"] else {
            throw OAuthError(.invalidRequest, "refresh_token is missing")
        }
        refreshToken = Secret(token)
        scope = try form["scope"].map { text throws(OAuthError) in try Scope(text) }
        resource = try ResourceIndicator.only(in: form)
    }
}

extension ResourceIndicator {
    /// The resource that a token request names. One token for two could be replayed by one at the other (RFC 8707 §3).
    static func only(in form: FormParameters) throws(OAuthError) -> ResourceIndicator? {
        let resources = form.all("resource")
        guard resources.count <= 1 else {
            throw OAuthError(.invalidTarget, "ask for one resource at a time: each access token is for one")
        }
        return try resources.first.map { text throws(OAuthError) in try ResourceIndicator(text) }
    }
}
