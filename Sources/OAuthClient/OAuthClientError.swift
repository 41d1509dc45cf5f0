/// Why signing in, refreshing or signing out did not work; never contains a secret.
public enum OAuthClientError: Error, Hashable, Sendable {
    /// The provider's description of itself is not to be trusted, and why.
    case discovery(String)
    /// The provider cannot be reached, or answers in a way that nobody understands.
    case unavailable(String)
    /// The provider answered with an error of the protocol.
    case refused(code: String, description: String?)
    /// What came through the browser is not the answer to this sign-in.
    case callback(CallbackProblem)
    /// Somebody else's request to sign a person in is not to be followed.
    case initiation(InitiationProblem)
    /// A token of the provider does not prove what it should.
    case token(TokenProblem)
    /// The session at the provider has ended: the person must sign in again.
    case ended
}

/// What is wrong with an authorization response (RFC 6749 §10.12, RFC 9207 §2.4, RFC 9700 §4.4).
public enum CallbackProblem: String, Hashable, Sendable, CaseIterable {
    case malformed, expired, wrongState, missingIssuer, wrongIssuer, missingCode
}

/// What is wrong with a request of somebody else to sign a person in (OpenID Core §4).
public enum InitiationProblem: String, Hashable, Sendable, CaseIterable {
    case malformed, missingIssuer, unknownIssuer, foreignTarget
}

/// What is wrong with an ID token or a logout token (OpenID Core §3.1.3.7, OpenID Back-Channel Logout §2.6).
public enum TokenProblem: String, Hashable, Sendable, CaseIterable {
    case missing, malformed, wrongAlgorithm, unknownKey, wrongSignature, wrongIssuer, wrongAudience, wrongParty
    case expired, fromTheFuture, tooOld, wrongNonce, wrongAccessTokenHash, wrongSubject, wrongAuthenticationTime
    case wrongContextClass, notALogoutToken, replayed
}
