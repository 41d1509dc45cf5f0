/// Why a request never reached an endpoint.
extension Check {
    static let ofRequests: KeyValuePairs<Check, Explanation> = [
        .mediaType: Explanation(
            "The body is no form.", checked: "Content-Type.", passes: "application/x-www-form-urlencoded.",
            change: "The client's configuration."),
        .hostUnknown: Explanation(
            "The request is for another host.", checked: "The Host header against the names of this listener.",
            passes: "The host of the issuer; for administration one of administration.hosts.",
            change: "issuer, administration.hosts, or what the proxy sends as Host."),
        .authorizationRepeated: Explanation(
            "There is more than one Authorization header.", checked: "How many there are.", passes: "One at most.",
            change: "The client or the proxy must send one."),
        .contentCoding: Explanation(
            "The body is compressed.", checked: "Content-Encoding.", passes: "None, or identity.",
            change: "The client must not compress."),
        .methodNotAllowed: Explanation(
            "This path does not have this method.", checked: "The method against the route.",
            passes: "A method that the Allow header named.", change: "The caller's configuration."),
        .connectionLimit: Explanation(
            "There are too many connections.", checked: "Connections, in all and from one address.",
            passes: "The same when some have ended.", change: "limits.connections and limits.connections-per-address."),
        .bodyTooLarge: Explanation(
            "The body is too large.", checked: "Its length.", passes: "At most limits.body-bytes.",
            change: "limits.body-bytes."),
        .requestTimeout: Explanation(
            "The request came too slowly.", checked: "When its header and its body were complete.",
            passes: "The whole request within the deadlines.",
            change: "limits.header-deadline and limits.body-deadline."),
        .methodUnknown: Explanation(
            "The method is unknown.", checked: "The method.", passes: "GET, HEAD, POST, PUT, PATCH, DELETE or OPTIONS.",
            change: "The caller's configuration."),
        .versionUnknown: Explanation(
            "The version of HTTP is unknown.", checked: "The request line.", passes: "HTTP/1.1, HTTP/1.0 or HTTP/2.",
            change: "The caller's configuration."),
        .headerTooLarge: Explanation(
            "The header is too large.", checked: "Its length and the number of fields.",
            passes: "At most limits.header-bytes.", change: "limits.header-bytes."),
        .targetTooLong: Explanation(
            "The request target is too long.", checked: "Its length.", passes: "A shorter one.",
            change: "Use POST, or push the authorization request (RFC 9126)."),
        .expectationFailed: Explanation(
            "The request expects what this server does not do.", checked: "The Expect header.",
            passes: "100-continue, or none.", change: "The caller's configuration."),
    ]

    static let ofFraming: KeyValuePairs<Check, Explanation> = [
        .upgrade: framing("HTTP/1.1 is to become something else", "The Upgrade header."),
        .lineEnd: framing("A line does not end with CR LF", "The ends of lines (RFC 9112 §2.2)."),
        .host: framing("There is not exactly one usable Host", "The Host header (RFC 9112 §3.2)."),
        .nullByte: framing("There is a NUL byte", "The bytes of the header."),
        .framing: framing(
            "Two headers say in different ways where the body ends",
            "Content-Length and Transfer-Encoding (RFC 9112 §6.3)."),
        .transferEncoding: framing("The transfer coding is not chunked alone", "Transfer-Encoding (RFC 9112 §6.1)."),
        .contentLength: framing("Content-Length is no one number", "Content-Length (RFC 9110 §8.6)."),
        .headerValue: framing("The value of a header is malformed", "The values of headers (RFC 9110 §5.5)."),
        .headerName: framing("The name of a header is malformed", "The names of headers (RFC 9110 §5.6.2)."),
        .headerLine: framing("A line of the header is malformed", "The lines of the header (RFC 9112 §5)."),
        .chunkLine: framing("The line before a chunk is malformed", "The chunks of the body (RFC 9112 §7.1)."),
        .chunkOverhead: framing("There is more around the chunks than in them", "The chunks of the body."),
        .chunkEnd: framing("A chunk does not end where it says", "The chunks of the body (RFC 9112 §7.1)."),
        .chunkSize: framing("The size of a chunk is malformed", "The chunks of the body (RFC 9112 §7.1)."),
        .requestLine: framing("The request line is malformed", "The request line (RFC 9112 §3)."),
        .requestTarget: framing("The request target is malformed", "The request target (RFC 9112 §3.2)."),
        .pseudoHeader: framing("A pseudo-header is malformed", "The pseudo-headers (RFC 9113 §8.3)."),
        .other: Explanation(
            "The request was refused for a reason that has no explanation.", checked: "What the found word names.",
            passes: "A request without this fault.", change: "The server's log; please report it."),
    ]

    private static func framing(_ refused: String, _ checked: String) -> Explanation {
        Explanation(
            refused + ".", checked: checked, passes: "A request as RFC 9110, RFC 9112 and RFC 9113 write them.",
            change: "The program or proxy that sent it; such requests are how proxies are deceived.")
    }
}
