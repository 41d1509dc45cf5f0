/// Why a client could not prove who it is.
extension Check {
    static let ofClients: KeyValuePairs<Check, Explanation> = [
        .clientUnknown: Explanation(
            "No client and no resource is registered under this client_id.",
            checked: "The client_id against everything that is registered.",
            passes: "The client_id of a registered client or resource, exactly as it is registered.",
            change: "'tessera client list' shows what is registered; 'tessera client create' registers another."),
        .clientDisabled: Explanation(
            "The client is disabled.", checked: "Whether the client may be used.", passes: "A client that is enabled.",
            change: "'tessera client update ID --enable' (or 'tessera resource update ID --enable')."),
        .clientMethodWrong: Explanation(
            "The client authenticates in another way than it is registered for.",
            checked: "How the request proves who it is from, against the registered method.",
            passes: "The one registered method: header, form, assertion, or none for a public client.",
            change: "Configure the client for its method, or register another with 'tessera client update ID "
                + "--authentication METHOD'."),
        .clientSecretWrong: Explanation(
            "The client secret is wrong.", checked: "The hash of the secret against the hashes of all live secrets.",
            passes: "A secret of this client that was not removed and has not expired.",
            change: "'tessera client show ID' shows which secrets are live; 'tessera client secret add ID' makes one."),
        .assertionKeyUnknown: Explanation(
            "No key of the client fits the assertion.",
            checked: "The kid and alg of the assertion against the client's registered keys.",
            passes: "An assertion whose kid names a public key of the client, of a kind that fits alg.",
            change: "Publish the key at the client's jwks_uri, or 'tessera client update ID --jwks FILE'."),
        .assertionKeysUnavailable: Explanation(
            "The client's keys could not be fetched.", checked: "The document at the client's jwks_uri.",
            passes: "A jwks_uri that answers with a JWK Set over https, at an address that may be asked.",
            change: "Make the jwks_uri reachable; outbound.allowed and outbound.authorities say what may be asked."),
        .assertionSignatureWrong: Explanation(
            "The signature of the assertion is wrong, or its algorithm or type is none that the client may use.",
            checked: "The signature with the client's keys; alg against the registered one; typ.",
            passes: "An assertion that the client signed with the private half of a key that it registered.",
            change: "Compare the client's key and algorithm with 'tessera client show ID'."),
        .assertionReplayed: Explanation(
            "The assertion was used before.", checked: "Its jti against those that are remembered until they expire.",
            passes: "A new assertion, with a new jti, for each request.", change: "The client must sign one each time."),
        .assertionIssuerWrong: Explanation(
            "The assertion names another issuer than the client.", checked: "iss of the assertion.",
            passes: "The client_id of the client itself (RFC 7523 §3).", change: "The client's configuration."),
        .assertionSubjectWrong: Explanation(
            "The assertion speaks of another client.", checked: "sub of the assertion.",
            passes: "The client_id of the client itself (RFC 7523 §3).", change: "The client's configuration."),
        .assertionAudienceWrong: Explanation(
            "The assertion is addressed to somebody else.", checked: "aud of the assertion.",
            passes: "This issuer's identifier, as one string.",
            change: "The client's configuration; for old clients 'tessera client update ID "
                + "--may-address-assertions-to-token-endpoint'."),
        .assertionExpiryWrong: Explanation(
            "The assertion has expired, never expires, or lives too long.", checked: "exp of the assertion.",
            passes: "An exp after now and not later than the longest life of an assertion.",
            change: "tokens.assertion-lifetime and tokens.clock-skew; the client's clock."),
        .assertionStartWrong: Explanation(
            "The assertion is not valid yet.", checked: "nbf of the assertion.", passes: "An nbf that is not ahead.",
            change: "The client's clock; tokens.clock-skew."),
        .assertionTimeWrong: Explanation(
            "The assertion was made in the future.", checked: "iat of the assertion.",
            passes: "An iat that is not ahead.", change: "The client's clock; tokens.clock-skew."),
        .assertionNameWrong: Explanation(
            "The assertion has no usable identifier.", checked: "jti of the assertion.",
            passes: "A jti of 1 to 255 bytes, another in each assertion.", change: "The client's configuration."),
        .throttled: Explanation(
            "Too much was tried or failed from there.", checked: "The count of attempts against the throttle.",
            passes: "The same after the time that Retry-After said.",
            change: "The settings throttle.*; find out who fails with 'tessera audit list'."),
        .notAClient: Explanation(
            "A protected resource asked for what only clients may have.", checked: "What the client_id belongs to.",
            passes: "The credentials of a client.", change: "'tessera client create' registers a client."),
        .publicCaller: Explanation(
            "A public client asked where one must prove who it is.", checked: "Whether the request proves anything.",
            passes: "A caller that authenticates.",
            change: "'tessera client update ID --authentication METHOD', or ask as the protected resource."),
        .notAResource: Explanation(
            "A client asked what only protected resources may know: a token's state, or the feed of revocations.",
            checked: "What the client_id belongs to.", passes: "The credentials of the resource that it is about.",
            change: "'tessera resource create' registers one; its credentials are for introspection."),
        .tooManyReaders: Explanation(
            "Too many connections read the feed of revocations.", checked: "How many readers the feed has.",
            passes: "The same after the time that Retry-After said.",
            change: "The settings revocation.*; one reader for each program is enough."),
        .feedKeyMissing: Explanation(
            "No key is active that could sign the feed of revocations.", checked: "The keys of the feed.",
            passes: "The same in a moment, when the key has been made.", change: "'tessera key list', 'tessera doctor'."
        ),
        .snapshotTooLarge: Explanation(
            "More has ended than fits into a snapshot of the feed.",
            checked: "The bytes of the entries against the limit.",
            passes: "The same when fewer of the entries concern living tokens.",
            change: "The setting revocation.snapshot-bytes; readers must take as much (maximumSnapshotBytes)."),
    ]
}
