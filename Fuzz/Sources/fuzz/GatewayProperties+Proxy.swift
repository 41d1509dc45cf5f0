/// The same for what passes the reverse proxy: queries on the way in, heads of answers on the way out, and limits.
extension GatewayProperties {
    /// One spelling of RFC 3986 §3.4, which names the same octets.
    static func query(_ bytes: [UInt8]) {
        guard let written = String(validating: bytes, as: UTF8.self) else { return }
        guard let query = ForwardedQuery.escaped(written) else {
            precondition(written.utf8.contains(UInt8(ascii: "%")), "refused without an escape")
            return
        }
        precondition(unescaped(query) == unescaped(written), "another query than was asked for")
        precondition(ForwardedQuery.escaped(query) == query, "the spelling is not the last one")
        let marks = Array("-._~!$&'()*+,;=:@/?%".utf8)
        for byte in query.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: continue
            default: precondition(marks.contains(byte), "a sign that no query has")
            }
        }
    }

    /// What is read says all that stands there: written again it is read the same, and nothing else was in it.
    static func upstreamHead(_ bytes: [UInt8]) {
        let end = UpstreamHead.end(of: bytes)
        for known in [0, bytes.count / 2] where known < end ?? bytes.count {
            precondition(UpstreamHead.end(of: bytes, after: known) == end, "the end depends on where it is looked for")
        }
        guard let head = try? UpstreamHead(bytes[..<(end ?? bytes.count)]) else { return }
        precondition(end == firstEnd(bytes), "an end that is none, or not the first")
        precondition((100...599).contains(head.status), "a status that there is not")
        var written = Array("HTTP/1.1 \(head.status)\r\n".utf8)
        for (name, value) in head.fields {
            precondition(!name.isEmpty && name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x3A }, "a name")
            precondition(!value.utf8.contains { $0 == 0 || $0 == 10 || $0 == 13 || $0 == 0x7F }, "a value")
            written += Array("\(name): \(value)\r\n".utf8)
        }
        written += [13, 10]
        guard let again = try? UpstreamHead(written[...]) else { preconditionFailure("a head that is not read again") }
        precondition(again.status == head.status && again.fields.map(\.name) == head.fields.map(\.name), "another head")
        precondition(again.fields.map(\.value) == head.fields.map(\.value), "other values")
        let lines = bytes[..<(end ?? 0)].reduce(0) { $1 == 10 ? $0 + 1 : $0 }
        precondition(lines == head.fields.count + 2, "a line that is no field")
    }

    /// Looked for in the plainest way.
    private static func firstEnd(_ bytes: [UInt8]) -> Int? {
        var index = 0
        while index + 4 <= bytes.count {
            if Array(bytes[index..<(index + 4)]) == [13, 10, 13, 10] { return index + 4 }
            index += 1
        }
        return nil
    }

    /// A limit is within its bounds, and its words are the only ones for it but for leading zeros.
    static func rateLimit(_ bytes: [UInt8]) {
        guard let text = String(validating: bytes, as: UTF8.self), let limit = RateLimit(text) else { return }
        precondition((1...RateLimit.largestCount).contains(limit.count), "a count beyond its bounds")
        precondition((1...RateLimit.longestWindow).contains(limit.window), "a window beyond its bounds")
        let written = "\(limit.count)/\(limit.window)s per \(limit.scope.rawValue)"
        precondition(RateLimit(written) == limit, "read differently the second time")
        func digits(_ text: String) -> String {
            text.split(separator: "/", omittingEmptySubsequences: false).map { part in
                let rest = part.drop { $0 == "0" }
                return rest.first?.isNumber == true ? String(rest) : String(part)
            }.joined(separator: "/")
        }
        precondition(digits(text) == written, "words that say something else")
    }
}
