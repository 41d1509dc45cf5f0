/// Why a request cannot be answered at all.
enum Refusal: String, Error, CustomStringConvertible {
    case malformedRequest = "malformed request"
    case unsupportedOperation = "unsupported operation"
    case unsupportedSerialization = "unsupported serialization"
    case noKey = "no key for this message"

    var description: String { rawValue }
}
