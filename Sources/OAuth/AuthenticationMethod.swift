/// How a client or a protected resource proves who it is (registry of RFC 7591 §2, OpenID Connect Core §9).
public enum AuthenticationMethod: String, CaseIterable, Hashable, Sendable {
    case clientSecretBasic = "client_secret_basic"
    case clientSecretPost = "client_secret_post"
    case privateKeyJWT = "private_key_jwt"
    case none

    /// Whether proving it takes a shared secret.
    public var usesSecret: Bool { self == .clientSecretBasic || self == .clientSecretPost }
}
