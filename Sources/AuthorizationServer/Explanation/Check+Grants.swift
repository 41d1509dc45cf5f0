/// Why a client did not get what it asked for.
extension Check {
    static let ofGrants: KeyValuePairs<Check, Explanation> = [
        .grantTypeNotAllowed: Explanation(
            "The client may not use this grant type.", checked: "grant_type against the client's registration.",
            passes: "A grant type that the client is registered for.",
            change: "'tessera client update ID --grant-type TYPE'."),
        .resourceNotNamed: Explanation(
            "The request does not say which resource the token is for, and there is not just one.",
            checked: "resource (RFC 8707), or the only resource that the client has.",
            passes: "A request with a resource parameter.",
            change: "The client's configuration; 'tessera client update ID --default-resource URL'."),
        .resourceNotPermitted: Explanation(
            "The client has no permission at this resource.",
            checked: "resource against the permissions of the client, or against what the person gave.",
            passes: "A resource that the client has a permission for.",
            change: "'tessera client permit ID --resource URL --scope TOKENS', or '--resource-scope URL=TOKENS' of "
                + "'tessera client update' where people give it."),
        .resourceDisabled: Explanation(
            "The resource is disabled, or is not registered any more.", checked: "Whether the resource may be used.",
            passes: "A resource that is enabled.", change: "'tessera resource update ID --enable'."),
        .scopeNotPermitted: Explanation(
            "The client may not have this scope at the resource.",
            checked: "scope against the permission, and the permission against what the resource knows.",
            passes: "A part of what is permitted, or no scope at all for all of it.",
            change:
                "'tessera client permit ID --resource URL --scope TOKENS'; 'tessera resource update ID --scope TOKENS'."
        ),
        .scopeExceedsGrant: Explanation(
            "The scope goes beyond what the person gave.", checked: "scope against the authorization behind the token.",
            passes: "A part of what was given.", change: "A new authorization request for what is missing."),
        .revokesTooOften: Explanation(
            "The client revoked too many tokens one by one.", checked: "The count of its revocations.",
            passes: "The same after the time that Retry-After said.",
            change: "throttle.revocation-burst and throttle.revocation-rate."),
        .signingKeyMissing: Explanation(
            "No key is active that could make the token.",
            checked: "The issuer's keys for the algorithm of the resource or the client.",
            passes: "The same in a moment, when the key has been made.", change: "'tessera key list', 'tessera doctor'."
        ),
        .registrationTokenWrong: Explanation(
            "The token for registering or managing a client is wrong.",
            checked: "The hash of the token against those that are good.",
            passes: "An unspent initial access token, or the registration token of this very client.",
            change: "'tessera registration-token create'; registration.open."),
        .registrationsFull: Explanation(
            "No more clients may register themselves.", checked: "How many have.",
            passes: "The same when there is room.", change: "registration.clients; 'tessera client delete'."),
        .tokenOfAnotherClient: Explanation(
            "The token was issued to another client.", checked: "The client of the token against who asks.",
            passes: "The credentials of the client that the token was issued to.",
            change: "An operator ends any token with 'tessera token end'."),
    ]

    static let ofCodes: KeyValuePairs<Check, Explanation> = [
        .codeUnknown: Explanation(
            "There is no such authorization code.", checked: "The hash of code against those that wait.",
            passes: "The code exactly as it was delivered.", change: "The client must start again with a new request."),
        .codeExpired: Explanation(
            "The authorization code came too late.", checked: "When the code expires.",
            passes: "The same before the code expires.", change: "tokens.code-lifetime."),
        .codeReplayed: Explanation(
            "The authorization code was used before; all that it gave has ended.",
            checked: "Whether the code was spent.", passes: "Each code once.",
            change: "The client must not send it twice. If it did not, somebody else has the code."),
        .codeEnded: Explanation(
            "What the code stands for has ended.", checked: "The authorization, the session and the person behind it.",
            passes: "A code whose person may act and whose session stands.",
            change: "sessions.idle-lifetime; 'tessera user show ID', 'tessera user sessions ID' say what has ended."),
        .codeOfAnotherClient: Explanation(
            "The authorization code belongs to another client.", checked: "The client of the code against who asks.",
            passes: "The client that sent the authorization request.", change: "The client's configuration."),
        .codeRedirectURIWrong: Explanation(
            "redirect_uri is not the one of the authorization request.",
            checked: "redirect_uri, byte for byte (RFC 6749 §4.1.3).",
            passes: "The address that the authorization request named.", change: "The client's configuration."),
        .codeVerifierMissing: Explanation(
            "code_verifier is missing.",
            checked: "Whether the request has one, as its authorization request had a "
                + "code_challenge.", passes: "A request with the verifier (RFC 7636 §4.5).",
            change: "The client's configuration."),
        .codeVerifierWrong: Explanation(
            "code_verifier does not fit.", checked: "BASE64URL(SHA256(code_verifier)) against code_challenge.",
            passes: "The verifier that the challenge was made from (RFC 7636 §4.6).",
            change: "The client must keep one verifier for each request. If it did, somebody else brought the code."),
        .codeVerifierUnexpected: Explanation(
            "There is a code_verifier, and the authorization request had no code_challenge.",
            checked: "Whether one was announced.", passes: "A verifier for a challenge, or neither (RFC 9700 §2.1.1).",
            change: "The client must send code_challenge; somebody may have removed it."),
    ]

    static let ofRefreshTokens: KeyValuePairs<Check, Explanation> = [
        .refreshTokenUnknown: Explanation(
            "This is no refresh token of this server.", checked: "Its form, its family and its authentication code.",
            passes: "The refresh token exactly as it was delivered.", change: "The client must ask the person again."),
        .refreshTokenEnded: Explanation(
            "What the refresh token stands for has ended.", checked: "Its family and its authorization.",
            passes: "A refresh token that is used in time and was not revoked.",
            change: "tokens.refresh-lifetime and tokens.refresh-idle-lifetime; 'tessera audit list' says who ended it."),
        .refreshTokenLate: Explanation(
            "A refresh token came that has had two successors, shortly after.",
            checked: "Its generation against the newest one.", passes: "The newest refresh token.",
            change: "The client must keep the newest and send requests one after another."),
        .refreshTokenReused: Explanation(
            "A refresh token came that was replaced long ago; all of its family has ended.",
            checked: "Its generation against the newest one, and when it was spent.",
            passes: "The newest refresh token.",
            change: "Somebody has a copy, or the client restored an old one. tokens.refresh-window allows repeats."),
        .refreshTokenAhead: Explanation(
            "The refresh token is newer than the store knows of.", checked: "Its generation against the newest one.",
            passes: "A refresh token of this store.",
            change: "The store was restored from a backup: the client must ask the person again."),
        .refreshTokenOfAnotherClient: Explanation(
            "The refresh token belongs to another client.", checked: "The client of the token against who asks.",
            passes: "The client that it was issued to.", change: "The client's configuration."),
        .refreshTokenRepeatedTooOften: Explanation(
            "The same refresh token came too often.", checked: "How often its successor was handed out again.",
            passes: "The newest refresh token.",
            change: "tokens.refresh-repeats and tokens.refresh-repeats-per-day; the client must store what it gets."),
        .refreshTokenUserEnded: Explanation(
            "The person may not act any more.", checked: "The person behind the token.",
            passes: "A person who is enabled and not locked down.",
            change: "'tessera user show ID'; 'tessera user enable ID', 'tessera user release ID'."),
        .refreshTokenSessionEnded: Explanation(
            "The session in which the token was given is over.", checked: "The session behind the token.",
            passes: "A session that stands, or access that was given offline (offline_access).",
            change: "sessions.lifetime and sessions.idle-lifetime; the client may ask for offline_access."),
        .refreshTokenConsentEnded: Explanation(
            "The person does not agree any more.", checked: "What the person agreed to for the client.",
            passes: "Consent to at least a part of what was given.", change: "The client must ask the person again."),
    ]
}
