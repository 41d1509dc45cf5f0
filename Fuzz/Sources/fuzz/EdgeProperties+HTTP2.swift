import NIOHPACK

/// What must hold for every header of an HTTP/2 stream.
extension EdgeProperties {
    /// What is accepted of one protocol is accepted of the other, and is the same request: U+001E divides the fields, and
    /// U+001F name and value.
    static func http2(_ bytes: [UInt8]) {
        let fields = bytes.split(separator: 0x1E).map { field in
            let name = field.prefix { $0 != 0x1F }
            let value = field.dropFirst(name.count + 1)
            return (name: String(decoding: name, as: UTF8.self), value: String(decoding: value, as: UTF8.self))
        }
        let limits = HTTPLimits()
        guard let head = try? RequestHead(HPACKHeaders(fields), limits: limits) else { return }
        precondition(head.path.utf8.count + (head.query?.utf8.count ?? 0) <= limits.targetBytes, "a long target")
        precondition(head.headers.fields.count <= limits.headerCount + 1, "too many fields")
        precondition(head.headers.count("transfer-encoding") == 0, "two framings")
        let isRepaired = head.headers.fields.contains { $0.value.unicodeScalars.contains("\u{FFFD}") }
        precondition(!isRepaired, "a value that may not be what came")
        // Interim answers and their refusal are another matter, and the body comes by other frames.
        guard head.headers.count("expect") == 0, head.headers.count("content-length") == 0 else { return }
        var lines = ["\(head.methodName) \(head.path)\(head.query.map { "?" + $0 } ?? "") HTTP/1.1"]
        lines += head.headers.fields.map { "\($0.name): \($0.value)" }
        var wide = limits
        wide.headerBytes *= 4
        wide.headerCount += 1
        var parser = RequestParser(limits: wide)
        parser.append(Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)[...])
        guard let message = try? parser.next() else { preconditionFailure("HTTP/1 would refuse it") }
        precondition(message.head.methodName == head.methodName, "another method")
        precondition(message.head.path == head.path && message.head.query == head.query, "another target")
        precondition(message.head.headers.fields == head.headers.fields, "other fields")
        precondition(message.body.isEmpty, "a body from nowhere")
    }
}
