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

    /// No value of ours holds a line end; one that did would be left out rather than split the answer.
    static func isSafe(_ value: String) -> Bool { value.utf8.allSatisfy(ByteClass.isFieldValue) }
}
