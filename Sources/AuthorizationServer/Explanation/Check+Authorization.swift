/// Why an authorization request came to nothing.
extension Check {
    static let ofAuthorization: KeyValuePairs<Check, Explanation> = [
        .clientMissing: Explanation(
            "The authorization request names no client.", checked: "client_id.", passes: "A request with a client_id.",
            change: "The client's configuration."),
        .notARelyingParty: Explanation(
            "People do not sign in to this client.", checked: "Its registration: addresses and grant types.",
            passes: "A client with a redirect_uri and the grant type authorization_code.",
            change: "'tessera client update ID --redirect-uri URL'."),
        .redirectURIWrong: Explanation(
            "redirect_uri is none that the client registered.", checked: "redirect_uri, byte for byte.",
            passes: "A registered address; of loopback addresses of native clients the port may differ.",
            change: "'tessera client update ID --redirect-uri URL'."),
        .authorizationMalformed: Explanation(
            "The authorization request cannot be read.", checked: "Its parameters.",
            passes: "Each parameter once, as RFC 6749 §3.1 and OpenID Core §3.1.2.1 say.",
            change: "The client's configuration."),
        .pushedRequestWrong: Explanation(
            "The request_uri is spent, expired, another client's, or was never made.",
            checked: "The hash of request_uri against what waits, and its client.",
            passes: "The request_uri of a pushed request, once and in time, with the client's client_id.",
            change: "tokens.pushed-lifetime."),
        .requestGone: Explanation(
            "The authorization request is over: finished in another tab, or too old.",
            checked: "The request that waits for the person.", passes: "The same again, from the start.",
            change: "tokens.pending-lifetime."),
        .ofAnotherBrowser: Explanation(
            "The authorization request was begun in another browser.", checked: "The browser's cookie.",
            passes: "The browser that began, with its cookies.",
            change: "The person must start again in this browser; a link to the page cannot be passed on."),
    ]

    static let ofErrorCodes: KeyValuePairs<Check, Explanation> = [
        .invalidRequest: wrong("The request is not well formed.", "The parameters of the request."),
        .invalidClient: wrong(
            "The client's credentials cannot be read.", "The Authorization header and the form (RFC 6749 §2.3)."),
        .invalidGrant: wrong("What is to be exchanged is not accepted.", "The grant of the request."),
        .unauthorizedClient: wrong("The client may not do this.", "The client's registration."),
        .unsupportedGrantType: wrong(
            "This grant_type is not supported.", "grant_type against those of the metadata."),
        .invalidScope: wrong("The scope cannot be granted.", "scope against what the client may ask for."),
        .serverError: Explanation(
            "The server failed.", checked: "Nothing: the request was not judged.", passes: "The same, when it works.",
            change: "The server's log says what failed; 'tessera doctor'."),
        .temporarilyUnavailable: Explanation(
            "The server could not answer now.", checked: "Nothing: the request was not judged.",
            passes: "The same, later.", change: "The server's log; 'tessera doctor'."),
        .accessDenied: Explanation(
            "The person said no.", checked: "What the person answered.", passes: "The person's consent.",
            change: "Nobody but the person can."),
        .unsupportedResponseType: wrong("This response_type is not supported.", "response_type: code is the only one."),
        .invalidToken: wrong("The token is not accepted.", "The token."),
        .insufficientScope: wrong("The token is not good for this.", "scope of the token."),
        .invalidTarget: wrong("The resource cannot be had.", "resource against what is registered (RFC 8707)."),
        .loginRequired: Explanation(
            "The person would have to sign in, and prompt=none forbids to ask.",
            checked: "The session of the browser.", passes: "A session that stands and is new enough (max_age).",
            change: "The client must send the person again without prompt=none."),
        .interactionRequired: Explanation(
            "The person would have to be asked, and prompt=none forbids it.", checked: "What is left to ask.",
            passes: "A request that needs no answer.", change: "The client must ask without prompt=none."),
        .consentRequired: Explanation(
            "The person would have to agree, and prompt=none forbids to ask.", checked: "What the person agreed to.",
            passes: "A request for what was agreed to.",
            change: "The client must ask without prompt=none; '--first-party' for the operator's own."),
        .accountSelectionRequired: Explanation(
            "The person would have to choose an account, and prompt=none forbids to ask.",
            checked: "The sessions of the browser.", passes: "A request that needs no answer.",
            change: "The client must ask without prompt=none."),
        .invalidRequestURI: wrong("request_uri is not accepted.", "request_uri."),
        .requestNotSupported: wrong("The request parameter is not supported.", "Whether there is a request."),
        .requestURINotSupported: wrong(
            "This request_uri is not supported.", "Whether request_uri is one of a pushed request."),
        .registrationNotSupported: wrong("The registration parameter is not supported.", "Whether there is one."),
        .unmetAuthenticationRequirements: Explanation(
            "No sign-in here has the context class that is asked for.", checked: "The essential acr of claims.",
            passes: "An acr that a sign-in here has.", change: "The client's configuration."),
        .invalidRedirectURI: wrong(
            "A redirect_uri cannot be registered.", "redirect_uris of the metadata (RFC 7591 §2)."),
        .invalidClientMetadata: wrong("The metadata of the client is not accepted.", "The metadata (RFC 7591 §2)."),
    ]

    /// The sentence that the caller got is what was found.
    private static func wrong(_ refused: String, _ checked: String) -> Explanation {
        Explanation(
            refused, checked: checked, passes: "A request without what was found.",
            change: "The caller's configuration.")
    }
}
