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

    /// What would have been taken, where that is a setting; empty for what is malformed. What came is kept nowhere: it was
    /// no request yet, and may hold anything.
    func bound(in limits: HTTPLimits) -> String {
        switch self {
        case .headerTooLarge: "at most \(limits.headerBytes) bytes and \(limits.headerCount) fields"
        case .targetTooLong: "at most \(limits.targetBytes) bytes"
        case .bodyTooLarge: "at most \(limits.bodyBytes) bytes"
        case .timeout:
            "the header within \(limits.headerDeadline.components.seconds) s, the body within "
                + "\(limits.bodyDeadline.components.seconds) s"
        default: ""
        }
    }
}
