/// The grant types that this server knows (RFC 6749 §1.3).
public enum GrantType: String, CaseIterable, Hashable, Sendable {
    case authorizationCode = "authorization_code"
    case clientCredentials = "client_credentials"
    case refreshToken = "refresh_token"
    /// RFC 8693 §2.1
    case tokenExchange = "urn:ietf:params:oauth:grant-type:token-exchange"
}
