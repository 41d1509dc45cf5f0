/// Why an authorization request cannot be read, with what was readable of where to say so.
///
/// Without client and redirect URI, or if they do not belong together, the answer is a page and never a redirect
/// (RFC 6749 §4.1.2.1).
public struct AuthorizationRequestError: Error, Hashable, Sendable {
    public let error: OAuthError
    public let clientID: ClientID?
    public let redirectURI: String?
    public let state: String?
    public let responseMode: ResponseMode

    public init(
        _ error: OAuthError, clientID: ClientID? = nil, redirectURI: String? = nil, state: String? = nil,
        responseMode: ResponseMode = .query
    ) {
        self.error = error
        self.clientID = clientID
        self.redirectURI = redirectURI
        self.state = state
        self.responseMode = responseMode
    }

    init(_ error: OAuthError, _ frame: AuthorizationRequest.Frame) {
        self.init(
            error, clientID: frame.clientID, redirectURI: frame.redirectURI, state: frame.state,
            responseMode: frame.responseMode ?? .query)
    }
}

extension AuthorizationRequest {
    /// The parameters that say where the answer goes, read first so that all other faults can be answered there.
    struct Frame {
        let clientID: ClientID
        let redirectURI: String?
        private(set) var state: String?
        private(set) var responseMode: ResponseMode?
        /// What is wrong with `state` or `response_mode`.
        private(set) var problem: OAuthError?

        init(_ form: FormParameters) throws(AuthorizationRequestError) {
            guard let text = form["client_id"], let id = ClientID(text) else {
                throw AuthorizationRequestError(OAuthError(.invalidRequest, "client_id is missing or malformed"))
            }
            clientID = id
            redirectURI = form["redirect_uri"]
            guard (redirectURI?.utf8.count ?? 0) <= RedirectURI.maximumLength else {
                throw AuthorizationRequestError(OAuthError(.invalidRequest, "redirect_uri is too long"), clientID: id)
            }
            state = form["state"]
            // RFC 6749 Appendix A.5, but for letters beyond ASCII, which survive just as well.
            if let state,
                state.utf8.count > maximumStateLength || state.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F })
            {
                self.state = nil
                problem = OAuthError(.invalidRequest, "state is too long or has control characters")
            }
            guard let mode = form["response_mode"] else { return }
            responseMode = ResponseMode(rawValue: mode)
            if responseMode == nil { problem = OAuthError(.invalidRequest, "response_mode must be query or form_post") }
        }
    }
}
