/// The token in a request for introspection or revocation (RFC 7662 §2.1, RFC 7009 §2.1).
public struct PresentedToken: Sendable {
    public let token: Secret
    /// Only a hint: a wrong one changes nothing.
    public let hint: String?

    public init(_ form: FormParameters) throws(OAuthError) {
        guard let token = form["token"] else { throw OAuthError(.invalidRequest, "token is missing") }
        self.token = Secret(token)
        hint = form["token_type_hint"]
    }
}
