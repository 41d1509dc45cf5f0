/// What somebody asks for with a token of another kind (RFC 8693 §2.1): here with an API key.
public struct TokenExchangeParameters: Hashable, Sendable {
    /// The type of an API key of this server.
    public static let apiKeyType = "urn:tessera:params:token-type:api-key"
    /// RFC 8693 §3
    public static let accessTokenType = "urn:ietf:params:oauth:token-type:access_token"

    public let subjectToken: Secret
    /// `nil`: the one resource of the key, if there is just one.
    public let resource: ResourceIndicator?
    /// `nil`: all that the key has there.
    public let scope: Scope?

    public init(subjectToken: Secret, resource: ResourceIndicator? = nil, scope: Scope? = nil) {
        self.subjectToken = subjectToken
        self.resource = resource
        self.scope = scope
    }

    init(_ form: FormParameters) throws(OAuthError) {
        guard let token = form["subject_token"] else {
            throw OAuthError(.invalidRequest, "subject_token is missing")
        }
        guard let type = form["subject_token_type"] else {
            throw OAuthError(.invalidRequest, "subject_token_type is missing")
        }
        guard type == Self.apiKeyType else {
            throw OAuthError(.invalidRequest, "this subject_token_type is not supported")
        }
        // Delegation (RFC 8693 §1.1) is not offered: a key stands for its owner and nobody else.
        guard form["actor_token"] == nil, form["actor_token_type"] == nil else {
            throw OAuthError(.invalidRequest, "actor_token is not supported")
        }
        guard (form["requested_token_type"] ?? Self.accessTokenType) == Self.accessTokenType else {
            throw OAuthError(.invalidRequest, "this requested_token_type is not supported")
        }
        guard form.all("audience").isEmpty else {
            throw OAuthError(.invalidTarget, "name the target by resource, not by audience")
        }
        subjectToken = Secret(token)
        resource = try ResourceIndicator.only(in: form)
        scope = try form["scope"].map { text throws(OAuthError) in try Scope(text) }
    }
}
