import JOSE

/// One complete answer; the connection adds framing, date, and the headers that every answer carries.
package struct ServerResponse: Sendable {
    package var status: Int
    /// Names in lower case, as HTTP/2 demands (RFC 9113 §8.2).
    package var headers: HeaderFields
    package var body: [UInt8]
    /// What the request log tells about the decision.
    package var facts: RequestFacts?
    /// Content that is produced while it is sent; `body` is ignored then.
    package var stream: ResponseStream?

    package init(
        status: Int, headers: HeaderFields = HeaderFields(), body: [UInt8] = [], facts: RequestFacts? = nil,
        stream: ResponseStream? = nil
    ) {
        self.status = status
        self.headers = headers
        self.body = body
        self.facts = facts
        self.stream = stream
    }

    /// JSON that no cache may keep.
    package static func json(
        _ body: [UInt8], status: Int = 200, facts: RequestFacts? = nil
    ) -> ServerResponse {
        ServerResponse(status: status, headers: uncachedJSON, body: body, facts: facts)
    }

    /// An error in the shape of RFC 6749 §5.2, which the administration API uses too.
    package static func error(
        _ status: Int, _ code: String, _ description: String, facts: RequestFacts? = nil
    ) -> ServerResponse {
        var writer = JSONWriter(capacity: 160)
        writer.beginObject()
        writer.member("error", code)
        writer.member("error_description", description)
        writer.endObject()
        return .json(writer.bytes, status: status, facts: facts ?? RequestFacts(decision: code))
    }

    static let uncachedJSON = HeaderFields([
        .init(name: "content-type", value: "application/json"),
        .init(name: "cache-control", value: "no-store"),
        .init(name: "pragma", value: "no-cache"),
    ])
}
