package import OAuth

/// Why an authorization request gets a page instead of an answer to its client: nobody knows whether the address that
/// it names is the client's, so nothing is ever sent there (RFC 6749 §4.1.2.1, RFC 9700 §4.11).
package enum AuthorizationFault: Error, Hashable, Sendable {
    case clientMissing, clientUnknown
    case clientDisabled(ClientID)
    /// Registered for something else than signing people in.
    case notARelyingParty(ClientID)
    case redirectURIWrong(ClientID)
    /// The parameters cannot be read.
    case malformed(OAuthError)
    /// A `request_uri` of ours that is spent, expired, another client's, or was never made.
    case pushedRequestWrong
    /// The request that waited is spent or expired.
    case gone
    case ofAnotherBrowser

    /// One snake_case word for the log; people see one text for all of them.
    package var reason: String {
        switch self {
        case .clientMissing: "client_missing"
        case .clientUnknown: "client_unknown"
        case .clientDisabled: "client_disabled"
        case .notARelyingParty: "not_a_relying_party"
        case .redirectURIWrong: "redirect_uri_wrong"
        case .malformed: "malformed"
        case .pushedRequestWrong: "pushed_request_wrong"
        case .gone: "request_gone"
        case .ofAnotherBrowser: "of_another_browser"
        }
    }

    /// The registered client that this is about; never a name that a stranger made up.
    package var client: ClientID? {
        switch self {
        case .clientDisabled(let id), .notARelyingParty(let id), .redirectURIWrong(let id): id
        default: nil
        }
    }
}
