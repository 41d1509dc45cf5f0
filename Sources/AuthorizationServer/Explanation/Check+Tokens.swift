/// Why an access token opens nothing.
extension Check {
    static let ofTokens: KeyValuePairs<Check, Explanation> = [
        .tokenMissing: Explanation(
            "The request has no access token.", checked: "The Authorization header.",
            passes: "Authorization: Bearer TOKEN (RFC 6750 §2.1).", change: "The caller's configuration."),
        .tokenMalformed: Explanation(
            "This is no access token.", checked: "Its form: a JWT of three parts, or an opaque token of this server.",
            passes: "The access token exactly as it was issued.", change: "The caller must not change or cut it."),
        .tokenKeyUnknown: Explanation(
            "The token names a key that this server does not have.", checked: "kid of the token.",
            passes: "A token of this issuer, whose key has not been removed.",
            change: "'tessera key list' shows the keys; ask which issuer made the token."),
        .tokenKeyDistrusted: Explanation(
            "The token was made with a key that is distrusted.", checked: "The key behind kid.",
            passes: "A token made with a key that is trusted.", change: "The client must get a new token."),
        .tokenSignatureWrong: Explanation(
            "The token was changed or forged.",
            checked: "Its signature, algorithm and type with the key that it names.",
            passes: "The access token exactly as it was issued; no ID token.", change: "The caller's configuration."),
        .tokenIssuerWrong: Explanation(
            "The token is another issuer's.", checked: "iss of the token.", passes: "A token of this issuer.",
            change: "The caller's configuration."),
        .tokenExpired: Explanation(
            "The token has expired.", checked: "exp of the token.", passes: "A token before its exp.",
            change: "The client must get a new one in time; 'tessera resource update ID --lifetime SECONDS'."),
        .tokenIssuedInFuture: Explanation(
            "The token was made in the future.", checked: "iat of the token.", passes: "An iat that is not ahead.",
            change: "The clock of this machine was set back: 'tessera doctor'; tokens.clock-skew."),
        .tokenNotYetValid: Explanation(
            "The token is not valid yet.", checked: "nbf of the token.", passes: "An nbf that is not ahead.",
            change: "No token of this issuer says nbf: somebody else signs with its key; 'tessera key distrust KID'."),
        .tokenRevoked: Explanation(
            "The token was revoked.", checked: "jti of the token.", passes: "A token that was not revoked.",
            change: "'tessera audit list --target token:JTI' says by whom; the client must get a new one."),
        .tokenSubjectEnded: Explanation(
            "All tokens that spoke for this subject were ended.",
            checked: "The person, and the counter of the subject.",
            passes: "A token that was made after that, for somebody who may act.",
            change: "'tessera audit list' says by whom; 'tessera user show ID'."),
        .tokenClientEnded: Explanation(
            "All tokens of this client were ended, or it may not be used.",
            checked: "The client, and its counter.", passes: "A token that was made after that.",
            change: "'tessera client show ID'; 'tessera audit list --target client:ID' says by whom."),
        .tokenGrantEnded: Explanation(
            "What the token hangs from has ended.", checked: "The permission or authorization behind the token.",
            passes: "A token of a permission that stands.",
            change: "'tessera client permissions ID'; 'tessera user applications ID'; 'tessera audit list'."),
        .tokenResourceEnded: Explanation(
            "All tokens for this resource were ended.", checked: "The counter of the resource.",
            passes: "A token that was made after that.",
            change: "'tessera audit list --target resource:ID' says by whom."),
        .audienceWrong: Explanation(
            "The token is for another resource.", checked: "aud of the token against who is asked.",
            passes: "A token whose aud names the resource that it is shown to.",
            change: "The client must ask for the right resource; 'tessera resource list' shows the identifiers."),
        .rightMissing: Explanation(
            "What was shown does not have the right that this needs.", checked: "scope, or the administrator's rights.",
            passes: "A token whose scope names the right.",
            change: "'tessera client permit ID --resource URL --scope TOKENS'."),
    ]
}
