package import JOSE

/// One complete request, whichever protocol carried it: what a route sees.
package struct ServerRequest: Sendable {
    package let method: RequestMethod
    /// The method of a request whose ``method`` is `.other`.
    private let otherMethod: String?
    /// As sent, without the query; never percent-decoded, since every route of this server is plain ASCII.
    package let path: String
    /// What follows `?`, undecoded; `nil` without a question mark.
    package let query: String?
    package let headers: HeaderFields
    package let body: [UInt8]
    /// The client: the socket's peer, or what a trusted proxy says about it.
    package let peer: Peer
    /// Who holds the connection: the client itself, or the proxy before it.
    package let sender: Peer
    /// Unique in this process's logs; also in the `X-Request-ID` of the answer.
    package let requestID: String
    /// `public` or `administration`, or the name that the listener was given.
    package let listener: String

    package init(
        method: RequestMethod, path: String, query: String? = nil, headers: HeaderFields = HeaderFields(),
        body: [UInt8] = [], peer: Peer, sender: Peer? = nil, requestID: String, listener: String,
        otherMethod: String? = nil
    ) {
        self.method = method
        self.otherMethod = otherMethod
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
        self.peer = peer
        self.sender = sender ?? peer
        self.requestID = requestID
        self.listener = listener
    }

    /// As sent.
    package var methodName: String { otherMethod ?? method.rawValue }

    /// Answers a request that has to wait for something.
    package typealias Handler = nonisolated(nonsending) @Sendable (ServerRequest, NumericDate) async -> ServerResponse

    /// Answers a request whose content it reads itself, if at all.
    package typealias StreamingHandler = @Sendable (ServerRequest, RequestBody, NumericDate) async -> ServerResponse

    /// The media type of the body without its parameters, in lower case (RFC 9110 §8.3.1).
    package var mediaType: String? {
        guard let value = headers.first("content-type"), headers.count("content-type") == 1 else { return nil }
        // As nearly everybody writes it, there is nothing to take away.
        if value == "application/x-www-form-urlencoded" || value == "application/json" { return value }
        let type = value.utf8.prefix { $0 != 0x3B }
        var bytes = type.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
        while let last = bytes.last, last == 0x20 || last == 0x09 { bytes.removeLast() }
        return String(decoding: bytes, as: UTF8.self)
    }
}
