/// Request line and header fields, checked; what both protocols make before a body is read.
struct RequestHead: Sendable {
    /// What kind of body follows (RFC 9112 §6.3).
    enum Framing: Hashable, Sendable {
        case none
        case length(Int)
        case chunked
    }

    /// As sent; kept for the log when it is none that this server knows.
    var methodName: String
    var path: String
    var query: String?
    var headers: HeaderFields
    var framing: Framing
    /// Whether the connection may serve another request after this one.
    var persists: Bool
    /// Whether the client waits for `100 Continue` before it sends the body (RFC 9110 §10.1.1).
    var expectsContinue: Bool

    var method: RequestMethod? { RequestMethod(rawValue: methodName) }
}
