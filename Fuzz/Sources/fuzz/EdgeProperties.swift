/// What must hold for every input of the edge's own readers; a broken property ends the process like a crash.
///
/// Their files are linked into this target, because the module that they belong to publishes nothing.
enum EdgeProperties {
    /// The same requests however the bytes are cut, within the limits, and with one framing.
    static func request(_ bytes: [UInt8]) {
        var limits = HTTPLimits()
        limits.headerBytes = 2_048
        limits.bodyBytes = 2_048
        limits = limits.clamped()
        let whole = read(bytes, step: max(1, bytes.count), limits)
        let cut = read(bytes, step: 1 + Int(bytes.first ?? 0) % 7, limits)
        precondition(whole.refusal == cut.refusal, "a refusal depends on how the bytes are cut")
        precondition(whole.messages.count == cut.messages.count, "requests depend on how the bytes are cut")
        for (one, other) in zip(whole.messages, cut.messages) {
            precondition(one.body == other.body && one.head.path == other.head.path, "a request depends on the cut")
            precondition(one.head.headers.fields == other.head.headers.fields, "fields depend on the cut")
            check(one, limits)
        }
    }

    private static func read(
        _ bytes: [UInt8], step: Int, _ limits: HTTPLimits
    ) -> (messages: [RequestParser.Message], refusal: RequestRefusal?) {
        var parser = RequestParser(limits: limits)
        var messages: [RequestParser.Message] = []
        do throws(RequestRefusal) {
            for start in stride(from: 0, to: bytes.count, by: step) {
                parser.append(bytes[start..<min(bytes.count, start + step)])
                while let message = try parser.next() { messages.append(message) }
            }
        } catch { return (messages, error) }
        return (messages, nil)
    }

    private static func check(_ message: RequestParser.Message, _ limits: HTTPLimits) {
        let head = message.head
        precondition(message.body.count <= limits.bodyBytes, "a body beyond the limit")
        precondition(head.path.utf8.count <= limits.targetBytes, "a target beyond the limit")
        precondition(head.headers.count("host") <= 1, "two hosts")
        if let host = head.headers.first("host") {
            let brackets = host.utf8.filter { $0 == 0x5B || $0 == 0x5D }
            precondition(brackets.count == (host.utf8.first == 0x5B ? 2 : 0), "a bracket within a name")
        }
        precondition(
            head.headers.count("content-length") + head.headers.count("transfer-encoding") <= 1, "two framings")
        for field in head.headers.fields {
            precondition(field.name.utf8.allSatisfy { ByteClass.isToken($0) }, "a name that is no token")
            precondition(field.name.utf8.allSatisfy { ByteClass.lowercase($0) == $0 }, "a name in upper case")
            precondition(field.value.utf8.allSatisfy { $0 != 0 && $0 != 0x0A && $0 != 0x0D }, "a line end in a value")
        }
    }

    /// An address names one host, and reading it again finds the same.
    static func address(_ bytes: [UInt8]) {
        if let text = String(validating: bytes, as: UTF8.self) {
            check(text)
            check("https://" + text)
        }
    }

    private static func check(_ text: String) {
        guard let url = try? OutboundURL(text) else { return }
        precondition(text.utf8.count <= OutboundURL.maximumLength && text.hasPrefix("https://"), "no address")
        precondition(!text.utf8.contains(0x40) && !text.utf8.contains(0x5C), "userinfo or a backslash")
        precondition(!url.host.isEmpty && url.host.utf8.allSatisfy { !(0x41...0x5A).contains($0) }, "no host")
        let authority = text.utf8.dropFirst(8).prefix { $0 != 0x2F && $0 != 0x3F }
        let named = String(decoding: authority, as: UTF8.self).lowercased()
        precondition(named.hasPrefix(url.host) || named.hasPrefix("[\(url.host)]"), "another host")
        precondition((try? OutboundURL("https://\(named)/"))?.host == url.host, "another host the second time")
        let spelled = url.text.utf8.dropFirst(8).prefix { $0 != 0x2F && $0 != 0x3F }
        precondition(spelled.elementsEqual(named.utf8), "the client would look for another spelling of the host")
        precondition((try? OutboundURL(url.text)) == url, "read differently the second time")
    }
}
