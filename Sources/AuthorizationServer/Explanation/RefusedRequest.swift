import OAuth

/// What a refused request presented, from which the explanation says what was found.
enum RefusedRequest: Sendable {
    case token(TokenRequest, ClientCredentials)
    /// Introspection and revocation.
    case presented(Secret, ClientCredentials)
    /// An access token alone, at the resource that it was shown to.
    case access(Secret, at: ResourceIndicator)
    case credentials(ClientCredentials)
    /// An API key alone, at the token endpoint.
    case exchange(TokenExchangeParameters)
    case nothing

    var credentials: ClientCredentials? {
        switch self {
        case .token(_, let credentials), .presented(_, let credentials), .credentials(let credentials): credentials
        case .access, .exchange, .nothing: nil
        }
    }

    var accessToken: Secret? {
        switch self {
        case .presented(let token, _), .access(let token, _): token
        case .token, .credentials, .exchange, .nothing: nil
        }
    }
}

extension ClientCredentials {
    /// How it proves who it is.
    var method: AuthenticationMethod {
        switch proof {
        case .none: .none
        case .basic: .clientSecretBasic
        case .post: .clientSecretPost
        case .assertion: .privateKeyJWT
        }
    }
}
