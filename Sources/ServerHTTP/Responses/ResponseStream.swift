package import NIOCore

/// Takes the content of a streamed answer, piece by piece.
package protocol ResponseWriter: Sendable {
    /// Returns once the peer has room for more, and throws when it has gone.
    func write(_ bytes: ByteBuffer) async throws
}

/// Content that is produced while it is sent: an event stream, a download, what an upstream answers.
///
/// The connection calls the producer once, slows it down to the speed of the peer, and cancels it when the peer has
/// gone or does not read. A producer that throws cuts the answer off, so that nobody takes the part for the whole.
package struct ResponseStream: Sendable {
    enum Source: Sendable {
        case content(@Sendable (any ResponseWriter) async throws -> Void)
        case tunnel(@Sendable (RequestBody, any ResponseWriter) async throws -> Void)
    }

    /// `nil`: chunked (HTTP/1.1), until the end of the connection (HTTP/1.0) or of the stream (HTTP/2).
    package var length: Int?
    /// Whether nothing is lost when it ends as soon as the server begins to stop, as with events that a reader asks
    /// for again; other streams may take the drain time.
    package var endsOnDrain: Bool
    /// Whether the header fields are another server's, which brought its own date and its own policies.
    package var isForeign: Bool
    let source: Source

    package init(
        length: Int? = nil, endsOnDrain: Bool = false, isForeign: Bool = false,
        produce: @escaping @Sendable (any ResponseWriter) async throws -> Void
    ) {
        self.length = length
        self.endsOnDrain = endsOnDrain
        self.isForeign = isForeign
        source = .content(produce)
    }

    private init(tunnel: @escaping @Sendable (RequestBody, any ResponseWriter) async throws -> Void) {
        length = nil
        endsOnDrain = true
        isForeign = true
        source = .tunnel(tunnel)
    }

    /// For an answer of status 101 to an HTTP/1.1 request with `Upgrade`: after its head both sides send bytes as they
    /// like (RFC 9110 §7.8), until `run` returns.
    package static func tunnel(
        _ run: @escaping @Sendable (RequestBody, any ResponseWriter) async throws -> Void
    ) -> ResponseStream { ResponseStream(tunnel: run) }

    var isTunnel: Bool {
        if case .tunnel = source { true } else { false }
    }
}

/// The peer has gone, or the connection had to end.
package struct StreamClosed: Error {
    package init() {}
}
