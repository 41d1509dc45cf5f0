/// Why a request is not even read to its end: an answer, after which the connection closes.
package struct RequestRefusal: Error, Hashable {
    package let status: Int
    /// One snake_case word for the request log.
    package let reason: String

    static func malformed(_ reason: String) -> RequestRefusal { RequestRefusal(status: 400, reason: reason) }
    static let headerTooLarge = RequestRefusal(status: 431, reason: "header_too_large")
    static let targetTooLong = RequestRefusal(status: 414, reason: "target_too_long")
    static let bodyTooLarge = RequestRefusal(status: 413, reason: "body_too_large")
    static let timeout = RequestRefusal(status: 408, reason: "request_timeout")
    static let methodUnknown = RequestRefusal(status: 501, reason: "method_unknown")
    static let versionUnknown = RequestRefusal(status: 505, reason: "version_unknown")
    static let expectationFailed = RequestRefusal(status: 417, reason: "expectation_failed")
}
