import OAuth

extension AccessRefusal {
    /// The value of `WWW-Authenticate` (RFC 6750 §3), `nil` where the answer has none.
    ///
    /// It says nothing about a token that its holder could not know: which check failed is for the log.
    /// - Parameter metadata: where this resource describes itself (RFC 9728 §5.1).
    public func challenge(metadata: ProtectedResourceMetadata.Address? = nil) -> String? {
        guard status != 503 else { return nil }
        var parameters: [(String, String)] = []
        if let error { parameters.append(("error", error)) }
        if let description { parameters.append(("error_description", description)) }
        switch self {
        case .insufficientScope(let scope): parameters.append(("scope", scope.description))
        case .insufficientAuthentication(let classes, let maxAge):
            if !classes.isEmpty { parameters.append(("acr_values", classes.joined(separator: " "))) }
            if let maxAge { parameters.append(("max_age", String(maxAge.components.seconds))) }
        default: break
        }
        if let metadata { parameters.append(("resource_metadata", metadata.url)) }
        let text = parameters.map { "\($0)=\"\(Self.quotable($1))\"" }.joined(separator: ", ")
        return text.isEmpty ? "Bearer" : "Bearer " + text
    }

    /// RFC 6750 §3.1, RFC 9470 §3
    private var error: String? {
        switch self {
        case .noToken, .unavailable: nil
        case .malformedRequest: "invalid_request"
        case .invalidToken: "invalid_token"
        case .insufficientScope: "insufficient_scope"
        case .insufficientAuthentication: "insufficient_user_authentication"
        }
    }

    private var description: String? {
        switch self {
        case .noToken, .unavailable: nil
        case .malformedRequest(let text): text
        case .invalidToken(.expired): "the access token expired"
        case .invalidToken: "the access token is not valid here"
        case .insufficientScope: "the access token does not allow this"
        case .insufficientAuthentication(_, maxAge: .some): "a more recent or stronger sign-in is needed"
        case .insufficientAuthentication: "a stronger sign-in is needed"
        }
    }

    /// What RFC 6750 §3 allows in these values, which is all that needs no escape in a quoted string; the rest is left
    /// out.
    private static func quotable(_ text: String) -> String {
        String(decoding: text.utf8.filter { (0x20...0x7E).contains($0) && $0 != 0x22 && $0 != 0x5C }, as: UTF8.self)
    }
}
