import NIOHPACK

extension RequestHead {
    /// Reads the header block of a stream as strictly as an HTTP/1 header (RFC 9113 §8.3.1).
    ///
    /// The library below has checked the pseudo-fields and the absence of connection fields; what another protocol
    /// could read differently is checked again, so that this does not hang on a version of it.
    init(_ block: HPACKHeaders, limits: HTTPLimits) throws(RequestRefusal) {
        var fields = HeaderFields()
        var pseudo: [String: String] = [:]
        var bytes = 0
        for (name, value, _) in block {
            bytes += name.utf8.count + value.utf8.count + 4
            guard bytes <= limits.headerBytes, fields.fields.count < limits.headerCount else { throw .headerTooLarge }
            guard Self.isValue(value) else { throw .malformed("header_value") }
            if name.utf8.first == UInt8(ascii: ":") {
                // All of them before the other fields, each once, and none but these (RFC 9113 §8.3).
                guard fields.fields.isEmpty, Self.pseudoFields.contains(name),
                    pseudo.updateValue(value, forKey: name) == nil
                else { throw .malformed("pseudo_header") }
            } else {
                guard !name.isEmpty, name.utf8.allSatisfy({ ByteClass.isToken($0) && ByteClass.lowercase($0) == $0 }),
                    !Self.connectionFields.contains(name)
                else { throw .malformed("header_name") }
                fields.append(name, value)
            }
        }
        guard let method = pseudo[":method"], let target = pseudo[":path"], method != "CONNECT" else {
            throw pseudo[":method"] == "CONNECT" ? .methodUnknown : .malformed("pseudo_header")
        }
        guard (1...32).contains(method.utf8.count), method.utf8.allSatisfy(ByteClass.isToken) else {
            throw .malformed("pseudo_header")
        }
        // Nothing here speaks for another scheme (RFC 9113 §8.3.1), whose text some would put into an address.
        guard ["https", "http"].contains(pseudo[":scheme"] ?? "https") else { throw .malformed("pseudo_header") }
        methodName = method
        let authority = pseudo[":authority"]
        guard fields.count("host") <= 1, let host = authority ?? fields.first("host"),
            host == fields.first("host") ?? host, RequestHeadReader.isHost(host)
        else { throw .malformed("host") }
        if authority != nil { fields.replace("host", host) }
        guard target.utf8.count <= limits.targetBytes else { throw .targetTooLong }
        guard target.utf8.allSatisfy(ByteClass.isVisible), !target.utf8.contains(UInt8(ascii: "#")),
            target.utf8.first == UInt8(ascii: "/") || (target == "*" && method == "OPTIONS")
        else { throw .malformed("request_target") }
        let mark = target.utf8.firstIndex(of: UInt8(ascii: "?"))
        path = String(target[..<(mark ?? target.endIndex)])
        query = mark.map { String(target[target.utf8.index(after: $0)...]) }
        framing = try Self.framing(fields)
        headers = fields
        persists = true
        expectsContinue = false
    }

    /// RFC 9113 §8.2.1: no space around the value, which HTTP/1 would take away. And no U+FFFD: the library below puts
    /// it in the place of what is no UTF-8, and nobody can tell any more what came.
    private static func isValue(_ value: String) -> Bool {
        let bytes = value.utf8
        return bytes.allSatisfy(ByteClass.isFieldValue) && bytes.first.map(ByteClass.isBlank) != true
            && bytes.last.map(ByteClass.isBlank) != true
            && !(bytes.contains(0xEF) && value.unicodeScalars.contains("\u{FFFD}"))
    }

    private static let pseudoFields: Set<String> = [":method", ":scheme", ":path", ":authority"]

    /// Fields that only HTTP/1 has (RFC 9113 §8.2.2).
    private static let connectionFields: Set<String> = [
        "connection", "proxy-connection", "keep-alive", "transfer-encoding", "upgrade", "http2-settings",
    ]

    private static func framing(_ fields: HeaderFields) throws(RequestRefusal) -> Framing {
        guard let text = fields.first("content-length") else { return .none }
        guard fields.count("content-length") == 1, (1...18).contains(text.utf8.count),
            text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let length = Int(text)
        else { throw .malformed("content_length") }
        return .length(length)
    }
}
