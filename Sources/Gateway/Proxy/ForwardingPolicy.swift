/// How the requests of one route are passed on.
package struct ForwardingPolicy: Hashable, Sendable {
    /// How the upstream is told of the client and of the address that it used.
    package enum Origin: String, CaseIterable, Hashable, Sendable {
        /// `X-Forwarded-For`, `-Host` and `-Proto`.
        case xForwarded = "x-forwarded"
        /// `Forwarded` (RFC 7239).
        case forwarded
        case none
    }

    package static let largestBody = 1_099_511_627_776
    package static let longestTimeout = 3_600

    /// Whether the upstream gets the token; else it gets what the token said.
    package var passesAuthorization = false
    package var origin = Origin.xForwarded
    /// The longest content of a request, in bytes; `nil`: as long as the listener allows.
    package var bodyBytes: Int?
    /// How long the upstream may take until the head of its answer, and how long it may pause within it.
    package var timeout = Duration.seconds(60)
    /// Pages of which origins may open a WebSocket; empty: of the host that the request is for. With the session of a
    /// browser those of its own origin may in any case.
    package var webSocketOrigins: Set<String> = []
    /// How much a caller may ask; also where another program forwards the request and only asks.
    package var limits: [RateLimit] = []

    package init() {}
}
