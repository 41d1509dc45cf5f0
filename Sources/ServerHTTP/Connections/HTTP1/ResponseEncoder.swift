import NIOCore

/// Writes an answer as HTTP/1.1 (RFC 9112 §4), head and body in one buffer and so in one system call.
enum ResponseEncoder {
    static let interimContinue: StaticString = "HTTP/1.1 100 Continue\r\n\r\n"

    static func encode(
        _ response: ServerResponse, standing: StandingHeaders, date: String, requestID: String,
        withoutBody: Bool, closing: Bool, into buffer: inout ByteBuffer
    ) {
        buffer.reserveCapacity(minimumWritableBytes: 512 + (withoutBody ? 0 : response.body.count))
        if response.status == 200 {
            buffer.writeStaticString("HTTP/1.1 200 OK\r\n")
        } else {
            buffer.writeString("HTTP/1.1 \(response.status) \(ReasonPhrase.of(response.status))\r\n")
        }
        for field in response.headers.fields where Self.isSafe(field.value) {
            buffer.writeString(field.name)
            buffer.writeStaticString(": ")
            buffer.writeString(field.value)
            buffer.writeStaticString("\r\n")
        }
        buffer.writeStaticString("date: ")
        buffer.writeString(date)
        buffer.writeStaticString("\r\nx-request-id: ")
        buffer.writeString(requestID)
        buffer.writeBytes(standing.encoded(for: response))
        if closing { buffer.writeStaticString("connection: close\r\n") }
        // RFC 9110 §8.6: neither 204 nor 304 may speak of a body here.
        if response.status != 204 && response.status != 304 {
            buffer.writeStaticString("content-length: ")
            buffer.writeString(String(response.body.count))
            buffer.writeStaticString("\r\n")
        }
        buffer.writeStaticString("\r\n")
        if !withoutBody { buffer.writeBytes(response.body) }
    }

    /// Writes the head of an answer whose content follows as it is produced.
    ///
    /// - Parameter standing: `nil` for an answer of another server, which has its own date and policies.
    static func encodeHead(
        _ response: ServerResponse, _ framing: HTTP1Connection.StreamFraming, standing: StandingHeaders?,
        _ mark: (date: String, id: String), closing: Bool, into buffer: inout ByteBuffer
    ) {
        buffer.writeString("HTTP/1.1 \(response.status) \(ReasonPhrase.of(response.status))\r\n")
        for field in response.headers.fields where Self.isSafe(field.value) {
            buffer.writeString("\(field.name): \(field.value)\r\n")
        }
        if standing != nil || response.headers.first("date") == nil { buffer.writeString("date: \(mark.date)\r\n") }
        buffer.writeString("x-request-id: \(mark.id)")
        if let standing {
            buffer.writeBytes(standing.encoded(for: response))
        } else {
            buffer.writeStaticString("\r\n")
        }
        switch framing {
        case .raw: buffer.writeStaticString("connection: upgrade\r\n")
        case .length(let length): buffer.writeString("content-length: \(length)\r\n")
        case .chunked: buffer.writeStaticString("transfer-encoding: chunked\r\n")
        case .none:
            // RFC 9110 §8.6: what the content would be long, or nothing.
            if response.status != 204 && response.status != 304, let length = response.stream?.length {
                buffer.writeString("content-length: \(length)\r\n")
            }
        case .untilClose: break
        }
        if closing && framing != .raw { buffer.writeStaticString("connection: close\r\n") }
        buffer.writeStaticString("\r\n")
    }

    /// No value of ours holds a line end; one that did would be left out rather than split the answer.
    static func isSafe(_ value: String) -> Bool { value.utf8.allSatisfy(ByteClass.isFieldValue) }
}
