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
                "The caller asked too often.", checked: "Its requests against the route's limits.",
                passes: "The same after the time that Retry-After said.",
                change: "limits in the file of gateway.routes.")
        case .originForbidden:
            Explanation(
                "A page of another origin wants a WebSocket.", checked: "Origin (RFC 6455 §10.2).",
                passes: "The gateway's own origin, or one that the route names.",
                change: "The origins in the file of gateway.routes.")
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
