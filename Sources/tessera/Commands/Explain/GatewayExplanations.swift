package import AuthorizationServer
package import Gateway

/// What the words of the gateway mean, in its request log.
extension GatewayWord {
    package var explanation: Explanation {
        switch self {
        case .proxyUnknown:
            Explanation(
                "Somebody asked who is not a proxy of this gateway.",
                checked: "The address that the question came from.",
                passes: "A question of an address in proxy.trusted.", change: "The setting proxy.trusted.")
        case .questionMalformed:
            Explanation(
                "The proxy's question does not name one method, one host and one target.",
                checked: "The header fields of the address that was asked.",
                passes: "Each field once, as the guide of the gateway shows it for this proxy.",
                change: "The configuration of the proxy.")
        case .hostMalformed:
            Explanation(
                "The request is for no host that there can be.", checked: "Host.",
                passes: "A name or an address, once.",
                change: "The caller.")
        case .routeUnknown:
            Explanation(
                "No route covers this path; what no route names is closed.",
                checked: "Host and path against the routes, and whether the route has an upstream.",
                passes: "A request that a route of the file names.", change: "The file of gateway.routes.")
        case .methodNotAllowed:
            Explanation(
                "Routes cover this path, and none of them this method.", checked: "The method against the routes.",
                passes: "A method that the answer's Allow names.", change: "methods in the file of gateway.routes.")
        case .tokenMissing:
            Explanation(
                "The route asks for a token, and the request has none.", checked: "The Authorization header.",
                passes: "Authorization: Bearer TOKEN (RFC 6750 §2.1).", change: "The caller's configuration.")
        case .authorizationMalformed:
            Explanation(
                "The request brings more than one token, or something that is none.",
                checked: "The Authorization header (RFC 6750 §2).", passes: "Authorization: Bearer TOKEN, once.",
                change: "The caller's configuration.")
        case .insufficientScope:
            Explanation(
                "The token is good and not enough for this route.", checked: "scope of the token against the route's.",
                passes: "A token with all of the scope that the route names.",
                change: "'tessera client permit ID --resource URL --scope TOKENS'; scope in the file of gateway.routes."
            )
        case .insufficientAuthentication:
            Explanation(
                "The person must sign in again for this route: better, or now.",
                checked: "acr and auth_time (RFC 9470 §3) against the route's.",
                passes: "A token of a sign-in that is good and new enough.",
                change: "The client sends the person to sign in; acr and max-age in the file of gateway.routes.")
        case .judgementUnavailable:
            Explanation(
                "The gateway cannot tell now whether the token is good.",
                checked: "The issuer's keys or its introspection.",
                passes: "The same when the issuer can be asked.", change: "The way from the gateway to the issuer.")
        case .revocationsStale:
            Explanation(
                "The gateway cannot tell now whether the token was revoked.",
                checked: "The age of the issuer's last word about revocations, of which one is needed first.",
                passes: "The same token, once the issuer has been heard within gateway.stale-after.",
                change: "The way to the issuer and the credentials there (the log of the gateway names the problem); "
                    + "gateway.stale-mode says what counts meanwhile.")
        case .identityUnspeakable:
            Explanation(
                "Who comes has a name, client, scope or role that no header field can say.",
                checked: "Each value that the upstream would be told.",
                passes: "Visible ASCII; roles without commas.", change: "The name of the person, client or role.")
        case .rateLimited:
            Explanation(
                "The caller asked too often.",
                checked: "Its requests against the limits of the route, or of the gateway's own addresses.",
                passes: "The same after the time that Retry-After said.",
                change: "rate-limit in the file of gateway.routes; gateway.sign-in.requests-per-address.")
        case .originForbidden:
            Explanation(
                "A page of another origin wants a WebSocket.", checked: "Origin (RFC 6455 §10.2).",
                passes: "The gateway's own origin, or one that the route names.",
                change: "The origins in the file of gateway.routes.")
        case .signInNeeded:
            Explanation(
                "A browser came without a session and was led to sign in.",
                checked: "Its cookie: there is none, or no session here has that secret (any more).",
                passes: "The same browser once the person has signed in; a token in the Authorization header.",
                change: "Nothing; 'sign-in' in the file of gateway.routes leads browsers there.")
        case .sessionEnded:
            Explanation(
                "The browser's session is over: its token was revoked, or the issuer gives no other for it.",
                checked: "The token of the session, as any token is on each request; its refresh (RFC 6749 §6).",
                passes: "A new sign-in, to which browsers are led.",
                change: "Nothing if the session was meant to end; else the client's right to offline_access.")
        case .stepUpNeeded:
            Explanation(
                "The page asks for a better or more recent sign-in than the session has, so the person was led to one.",
                checked: "acr and auth_time (RFC 9470 §3) of the session's token against the route's.",
                passes: "A session of such a sign-in.", change: "acr and max-age in the file of gateway.routes.")
        case .foreignPage:
            Explanation(
                "A page of another site made a browser send a request that could change something.",
                checked:
                    "Origin and Sec-Fetch-Site of a request with a session that is no GET, HEAD or OPTIONS, or opens "
                    + "a WebSocket.",
                passes:
                    "The same from a page of the same origin, or of one that the route names for WebSockets; a token "
                    + "in the Authorization header.",
                change:
                    "The page; gateway.sign-in.origins if the origin is written there in another way; "
                    + "websocket-origins in the file of gateway.routes.")
        case .returnMalformed:
            Explanation(
                "An address to return to after a sign-in is none of this site.",
                checked: "What stands behind to= of /.tessera/sign-in.",
                passes: "A path of this host that is read in one way only, not below /.tessera/, at most 2,048 bytes.",
                change: "Whoever made the link.")
        case .signInHostUnknown:
            Explanation(
                "An address below /.tessera/ was asked for at a host where nobody signs in.",
                checked: "Host against gateway.sign-in.origins.", passes: "A host that is named there.",
                change: "The setting gateway.sign-in.origins; the Host that a proxy before the gateway passes on.")
        case .signInUnavailable:
            Explanation(
                "Nobody can be signed in, or out by the issuer, right now.",
                checked: "The issuer's description of itself, its token endpoint and its keys.",
                passes: "The same when the issuer can be asked.",
                change: "The way from the gateway to the issuer; gateway.issuer.")
        case .signInUnknown:
            Explanation(
                "A browser came back from the issuer with an answer to nothing that was asked in it.",
                checked: "state against the sign-ins that the cookie of this browser began, which count once.",
                passes: "The same browser, within gateway.sign-in.pending-lifetime, and once.",
                change: "Nothing: the person begins again. Many of them: somebody sends people forged answers.")
        case .signInRefused:
            Explanation(
                "The issuer, or the person there, did not let the sign-in happen.",
                checked: "error of the issuer's answer.", passes: "A sign-in that the person completes.",
                change: "The client's registration at the issuer: scopes, resource, redirect URI, credentials.")
        case .signInAnswerInvalid:
            Explanation(
                "What the issuer answered does not prove who signed in.",
                checked: "iss of the answer; signature, issuer, audience, nonce and times of the ID token.",
                passes: "An answer of gateway.issuer to this sign-in.",
                change: "gateway.sign-in.id-token-algorithm, and the clocks; else somebody stands between.")
        case .stepUpUnmet:
            Explanation(
                "A person was sent to sign in better or again for a page, and came back without it.",
                checked: "acr and auth_time of the new tokens against the route's.",
                passes: "A sign-in with what the route asks for.",
                change: "acr and max-age in the file of gateway.routes; what the issuer offers the person.")
        case .sessionTokenUnusable:
            Explanation(
                "A sign-in worked, and its access token is not good at this gateway.",
                checked: "The token as any other: issuer, audience, type, signature, times.",
                passes: "A token for gateway.resource.",
                change: "The client's permission for that resource: 'tessera client permit'.")
        case .logoutTokenInvalid:
            Explanation(
                "Somebody asked to end sessions without a good logout token.",
                checked:
                    "OpenID Connect Back-Channel Logout §2.6: signature, iss, aud, times, events, no nonce, a new jti.",
                passes: "A logout token of gateway.issuer for this client, once.",
                change: "Nothing if a stranger asked; else the client's registration at the issuer.")
        case .bodyTooLarge:
            Explanation(
                "The content is longer than the route takes.", checked: "The length as announced, and as it comes.",
                passes: "Shorter content.", change: "The length in the file of gateway.routes.")
        case .contentUnexpected:
            Explanation(
                "GET, HEAD or the opening of a WebSocket came with content, or content was not as long as announced.",
                checked: "The method and the content.",
                passes: "Without content (RFC 9110 §9.3.1), or with as much as content-length says (RFC 9113 §8.1.1).",
                change: "The caller.")
        case .queryMalformed:
            Explanation(
                "The query has a percent sign that escapes nothing.", checked: "The query (RFC 3986 §2.1).",
                passes: "%25 for a percent sign.", change: "The caller.")
        case .upstreamRefused:
            Explanation(
                "The server behind took no connection.", checked: "The address of the route's upstream.",
                passes: "A server that listens there.", change: "upstream in the file of gateway.routes; that server.")
        case .upstreamBroken:
            Explanation(
                "The server behind answered with something that is no answer, or went away.",
                checked: "The answer's form.", passes: "An answer as HTTP has it.", change: "That server and its log.")
        case .upstreamTimeout:
            Explanation(
                "The server behind did not answer in time.", checked: "The time until its answer began.",
                passes: "A quicker answer.", change: "timeout in the file of gateway.routes; that server.")
        case .upgradeRefused:
            Explanation(
                "The server behind did not open the WebSocket.", checked: "The status of its answer.",
                passes: "101 with Upgrade: websocket.", change: "That server and its log.")
        }
    }
}

extension AmbiguousPath {
    package var explanation: Explanation {
        let (refused, passes) = words
        return Explanation(
            "The path has no one meaning: \(refused).", checked: "The path, before and after its escapes are read.",
            passes: passes, change: "The caller; an application with such paths cannot stand behind a gateway safely.")
    }

    private var words: (refused: String, passes: String) {
        switch self {
        case .notAPath: ("it does not begin with a slash", "A path that begins with /.")
        case .tooLong: ("it is too long to be read", "A path of less than 64 KiB.")
        case .malformed: ("a percent sign escapes nothing, or an octet had to be escaped", "A path of RFC 3986 §3.3.")
        case .controlCharacter: ("it has a control character", "A path without control characters, escaped or not.")
        case .hiddenSeparator: ("an escaped slash or a backslash may separate or not", "A path without them.")
        case .parameter: ("a semicolon begins what some servers cut away", "A path without semicolons.")
        case .dotSegment: ("it has a segment . or ..", "The path that is meant, without such segments.")
        case .emptySegment:
            ("it has two slashes in a row, which some servers take for one", "A path with single slashes.")
        case .escapedTwice: ("unescaped twice it would be another path", "A path that was escaped once.")
        case .notUTF8: ("its escapes are no UTF-8", "Escapes that are UTF-8 (RFC 3629).")
        case .lookAlike: ("it has a character that some servers read as a separator", "A path without such characters.")
        }
    }
}
