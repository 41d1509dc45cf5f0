import JOSE
public import OAuth

/// What the application keeps between sending a browser away and its return. It belongs to that browser's session and
/// to nothing else, is used once, and never travels.
public struct PendingSignIn: Hashable, Sendable {
    public let state: Secret
    let nonce: Secret
    let verifier: CodeVerifier
    let startedAt: NumericDate
    let wishes: SignInWishes

    /// A person who takes longer starts again.
    public static let lifetime: Duration = .seconds(1800)
}

/// What the application wants of one sign-in.
public struct SignInWishes: Hashable, Sendable {
    public var scope = Scope(unchecked: ["openid"])
    /// What the access token is for; `nil`: the provider's default for this client.
    public var resource: ResourceIndicator?
    public var prompt: Set<Prompt> = []
    /// Seconds since the person last proved who they are.
    public var maxAge: Int64?
    public var loginHint: String?
    public var idTokenHint: String?
    public var uiLocales: [String] = []
    /// One of these must hold, or the sign-in fails.
    public var contextClasses: [String] = []
    public var responseMode: ResponseMode = .query

    public init() {}
}

/// A sign-in that worked.
public struct SignedIn: Hashable, Sendable {
    public let idToken: IDToken
    public let tokens: TokenSet
    public let resource: ResourceIndicator?
}
