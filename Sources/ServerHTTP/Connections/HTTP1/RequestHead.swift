/// Request line and header fields, checked; what both protocols make before a body is read.
package struct RequestHead: Sendable {
    /// What kind of body follows (RFC 9112 §6.3).
    package enum Framing: Hashable, Sendable {
        case none
        case length(Int)
        case chunked
    }

    /// As sent; kept for the log when it is none that this server knows.
    package var methodName: String
    package var path: String
    package var query: String?
    package var headers: HeaderFields
    package var framing: Framing
    /// Whether the connection may serve another request after this one.
    package var persists: Bool
    /// Whether the client knows chunked content and the switching of protocols: not so before HTTP/1.1.
    package var isModern = true
    /// Whether the client waits for `100 Continue` before it sends the body (RFC 9110 §10.1.1).
    package var expectsContinue: Bool

    package var method: RequestMethod? { RequestMethod(rawValue: methodName) }
}
