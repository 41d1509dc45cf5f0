/// A request to the token endpoint, read completely before anything looks at it (RFC 6749 §3.2).
public enum TokenRequest: Hashable, Sendable {
    case clientCredentials(ClientCredentialsParameters)

    public init(_ form: FormParameters) throws(OAuthError) {
        guard let name = form["grant_type"] else { throw OAuthError(.invalidRequest, "grant_type is missing") }
        guard let grantType = GrantType(rawValue: name) else {
            throw OAuthError(.unsupportedGrantType, "this grant_type is not supported")
        }
        switch grantType {
        case .clientCredentials: self = .clientCredentials(try ClientCredentialsParameters(form))
        }
    }

    public var grantType: GrantType {
        switch self {
        case .clientCredentials: .clientCredentials
        }
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
        let resources = form.all("resource")
        // One token for two resources could be replayed by one at the other (RFC 8707 §3).
        guard resources.count <= 1 else {
            throw OAuthError(.invalidTarget, "ask for one resource at a time: each access token is for one")
        }
        resource = try resources.first.map { text throws(OAuthError) in try ResourceIndicator(text) }
    }
}
