/// The token in a request for introspection or revocation (RFC 7662 §2.1, RFC 7009 §2.1).
public struct PresentedToken: Sendable {
    public let token: Secret
    /// Only a hint: a wrong one changes nothing.
    public let hint: String?
    /// The address of whoever showed the token to the resource, if the resource says so (RFC 7662 §2.1 leaves room for
    /// such a parameter). API keys that are bound to networks are not accepted without it.
    public let callerAddress: String?
    /// Whether the resource asks again about what it let in before and what only goes on, such as a stream
    /// (`standing=true`, a parameter of this server's own). Of an API key that is no further use.
    public let isStanding: Bool

    public init(_ form: FormParameters) throws(OAuthError) {
        guard let token = form["token"] else { throw OAuthError(.invalidRequest, "token is missing") }
        self.token = Secret(token)
        hint = form["token_type_hint"]
        callerAddress = form["caller_address"]
        isStanding = form["standing"] == "true"
    }
}
