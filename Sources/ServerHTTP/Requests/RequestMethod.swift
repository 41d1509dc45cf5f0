/// The request methods that some route of this server may have; all others are answered with 501 (RFC 9110 §9.1), or
/// are ``other`` for a route that takes any.
package enum RequestMethod: String, CaseIterable, Hashable, Sendable {
    case get = "GET"
    case head = "HEAD"
    case post = "POST"
    case put = "PUT"
    case patch = "PATCH"
    case delete = "DELETE"
    case options = "OPTIONS"
    /// One that only ``ServerRequest/methodName`` tells.
    case other = ""

    /// Those with a name.
    package static let allCases: [RequestMethod] = [.get, .head, .post, .put, .patch, .delete, .options]
}
