import JOSE

/// What a client that pushed its request gets for it (RFC 9126 §2.2); the status is 201.
public struct PushedAuthorizationResponse: Hashable, Sendable {
    public let handle: Secret
    /// Seconds.
    public let expiresIn: Int64

    public init(handle: Secret, expiresIn: Int64) {
        self.handle = handle
        self.expiresIn = expiresIn
    }

    public var requestURI: String { AuthorizationRequest.pushedPrefix + handle.revealedValue }

    public var json: [UInt8] {
        var writer = JSONWriter(capacity: 192)
        writer.beginObject()
        writer.member("request_uri", requestURI)
        writer.member("expires_in", expiresIn)
        writer.endObject()
        return writer.bytes
    }
}
