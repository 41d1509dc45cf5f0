/// How an authorization response travels to the client (OAuth 2.0 Multiple Response Types §2.1, OAuth 2.0 Form Post).
///
/// `fragment` is for response types that put tokens into addresses, which do not exist here.
public enum ResponseMode: String, CaseIterable, Hashable, Sendable {
    case query
    case formPost = "form_post"
}
