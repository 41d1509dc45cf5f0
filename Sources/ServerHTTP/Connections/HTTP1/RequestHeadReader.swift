/// Reads the lines of an HTTP/1 request header strictly: whatever two programs could read differently is refused.
struct RequestHeadReader {
    private var methodName = ""
    private var path = ""
    private var query: String?
    private var minorVersion = 1
    private var authority: String?
    private var headers = HeaderFields()
    private let limits: HTTPLimits

    init(limits: HTTPLimits) { self.limits = limits }

    /// `method SP request-target SP HTTP-version`, with exactly one space each (RFC 9112 §3).
    mutating func readRequestLine(_ line: ArraySlice<UInt8>) throws(RequestRefusal) {
        guard let firstSpace = line.firstIndex(of: ByteClass.space),
            let lastSpace = line.lastIndex(of: ByteClass.space), firstSpace < lastSpace
        else { throw .malformed("request_line") }
        let method = line[..<firstSpace]
        let target = line[(firstSpace + 1)..<lastSpace]
        guard (1...32).contains(method.count), method.allSatisfy(ByteClass.isToken), !target.isEmpty,
            target.allSatisfy(ByteClass.isVisible), !target.contains(UInt8(ascii: "#"))
        else { throw .malformed("request_line") }
        guard target.count <= limits.targetBytes else { throw .targetTooLong }
        methodName = String(decoding: method, as: UTF8.self)
        try readVersion(line[(lastSpace + 1)...])
        try readTarget(target)
    }

    private mutating func readVersion(_ version: ArraySlice<UInt8>) throws(RequestRefusal) {
        guard version.count == 8, version.starts(with: "HTTP/".utf8) else { throw .malformed("request_line") }
        if version.elementsEqual("HTTP/1.1".utf8) {
            minorVersion = 1
        } else if version.elementsEqual("HTTP/1.0".utf8) {
            minorVersion = 0
        } else {
            throw .versionUnknown
        }
    }

    private mutating func readTarget(_ target: ArraySlice<UInt8>) throws(RequestRefusal) {
        var rest = target
        if target.first != UInt8(ascii: "/") {
            if target.elementsEqual("*".utf8), methodName == "OPTIONS" {
                path = "*"
                return
            }
            rest = try readAuthority(target)
        }
        let mark = rest.firstIndex(of: UInt8(ascii: "?"))
        path = String(decoding: rest[..<(mark ?? rest.endIndex)], as: UTF8.self)
        if path.isEmpty { path = "/" }
        query = mark.map { String(decoding: rest[($0 + 1)...], as: UTF8.self) }
    }

    /// The absolute form, which a server must take (RFC 9112 §3.2.2); returns what follows the authority.
    private mutating func readAuthority(_ target: ArraySlice<UInt8>) throws(RequestRefusal) -> ArraySlice<UInt8> {
        let lower = target.prefix(8).map(ByteClass.lowercase)
        let length: Int
        if lower.starts(with: "https://".utf8) {
            length = 8
        } else if lower.starts(with: "http://".utf8) {
            length = 7
        } else {
            // `CONNECT host:port` has a form of its own; no route has it.
            throw methodName == "CONNECT" ? .methodUnknown : .malformed("request_target")
        }
        let rest = target.dropFirst(length)
        let host = rest.prefix { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") }
        let text = String(decoding: host, as: UTF8.self)
        guard Self.isHost(text) else { throw .malformed("request_target") }
        authority = text
        return rest.dropFirst(host.count)
    }

    /// `field-name ":" OWS field-value OWS` (RFC 9112 §5): no space before the colon, no folded line.
    mutating func readField(_ line: ArraySlice<UInt8>) throws(RequestRefusal) {
        guard headers.fields.count < limits.headerCount else { throw .headerTooLarge }
        let field = try Self.field(line)
        headers.append(field.name, field.value)
    }

    static func field(_ line: ArraySlice<UInt8>) throws(RequestRefusal) -> HeaderFields.Field {
        guard let colon = line.firstIndex(of: ByteClass.colon), colon > line.startIndex else {
            throw .malformed("header_line")
        }
        guard let name = lowercaseToken(line[..<colon]) else { throw .malformed("header_name") }
        var value = line[(colon + 1)...]
        while let first = value.first, ByteClass.isBlank(first) { value.removeFirst() }
        while let last = value.last, ByteClass.isBlank(last) { value.removeLast() }
        guard let text = fieldValue(value) else { throw .malformed("header_value") }
        return HeaderFields.Field(name: name, value: text)
    }

    /// A `token` (RFC 9110 §5.6.2) in lower case; `nil` if it is none.
    private static func lowercaseToken(_ bytes: ArraySlice<UInt8>) -> String? {
        bytes.withUnsafeBufferPointer { bytes in
            for byte in bytes where !ByteClass.isToken(byte) { return nil }
            return String(unsafeUninitializedCapacity: bytes.count) { output in
                for index in 0..<bytes.count { output[index] = ByteClass.lowercase(bytes[index]) }
                return bytes.count
            }
        }
    }

    /// `nil` for what no value may hold, and for bytes that are no UTF-8: a server behind would get others than came.
    private static func fieldValue(_ bytes: ArraySlice<UInt8>) -> String? {
        bytes.withUnsafeBufferPointer { bytes in
            for byte in bytes where !ByteClass.isFieldValue(byte) { return nil }
            return String(validating: bytes, as: UTF8.self)
        }
    }

    /// Checks what the fields say together, after the empty line.
    consuming func finish() throws(RequestRefusal) -> RequestHead {
        try checkHost()
        let framing = try self.framing()
        guard headers.first("http2-settings") == nil,
            headers.first("upgrade") == nil
                || !headers.all("upgrade").contains(where: { Self.list($0).contains("h2c") })
        else { throw .malformed("upgrade") }
        let connection = headers.first("connection") == nil ? [] : headers.all("connection").flatMap(Self.list)
        var fields = headers
        if let authority { fields.replace("host", authority) }
        return RequestHead(
            methodName: methodName, path: path, query: query, headers: fields, framing: framing,
            persists: minorVersion == 1 && !connection.contains("close"), isModern: minorVersion == 1,
            expectsContinue: try expectsContinue(framing))
    }

    /// RFC 9112 §3.2: exactly one `Host`, and one that is a host.
    private func checkHost() throws(RequestRefusal) {
        let count = headers.count("host")
        guard count == 1 || (count == 0 && minorVersion == 0) else { throw .malformed("host") }
        if let host = headers.first("host"), !Self.isHost(host) { throw .malformed("host") }
    }

    /// RFC 9112 §6.3, without any of the repairs that it allows.
    private func framing() throws(RequestRefusal) -> RequestHead.Framing {
        let codings = headers.count("transfer-encoding")
        let lengths = headers.count("content-length")
        guard codings + lengths <= 1 else { throw .malformed("framing") }
        if let coding = headers.first("transfer-encoding") {
            guard minorVersion == 1, coding.lowercased() == "chunked" else { throw .malformed("transfer_encoding") }
            return .chunked
        }
        guard let text = headers.first("content-length") else { return .none }
        guard (1...18).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let length = Int(text)
        else { throw .malformed("content_length") }
        return length == 0 ? .none : .length(length)
    }

    private func expectsContinue(_ framing: RequestHead.Framing) throws(RequestRefusal) -> Bool {
        guard let expectation = headers.first("expect") else { return false }
        guard expectation.lowercased() == "100-continue", headers.count("expect") == 1 else {
            throw .expectationFailed
        }
        // An HTTP/1.0 client does not know interim answers (RFC 9110 §10.1.1).
        return minorVersion == 1 && framing != .none
    }

    /// `uri-host [ ":" port ]`: nothing that another parser could take for userinfo, path or list. Brackets stand
    /// around an IP address and nowhere else (RFC 3986 §3.2.2).
    static func isHost(_ text: String) -> Bool {
        guard (1...255).contains(text.utf8.count) else { return false }
        let bytes = text.utf8[...]
        if bytes.first == UInt8(ascii: "[") {
            guard let end = bytes.firstIndex(of: UInt8(ascii: "]")) else { return false }
            let address = bytes[..<end].dropFirst()
            return !address.isEmpty && address.allSatisfy(isOfAddress) && isPort(bytes[end...].dropFirst())
        }
        let name = bytes.prefix { $0 != ByteClass.colon }
        return !name.isEmpty && name.allSatisfy(isOfName) && isPort(bytes.dropFirst(name.count))
    }

    /// Nothing, or a colon and at most five digits.
    private static func isPort(_ bytes: Substring.UTF8View) -> Bool {
        guard let first = bytes.first else { return true }
        return first == ByteClass.colon && bytes.count <= 6
            && bytes.dropFirst().allSatisfy { (0x30...0x39).contains($0) }
    }

    private static func isOfName(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        case UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"): true
        default: false
        }
    }

    private static func isOfAddress(_ byte: UInt8) -> Bool {
        ByteClass.hexDigit(byte) != nil || byte == ByteClass.colon || byte == UInt8(ascii: ".")
    }

    /// The members of a comma-separated list, in lower case.
    static func list(_ value: String) -> [String] {
        value.utf8.split(separator: UInt8(ascii: ",")).map { part in
            var bytes = part.map(ByteClass.lowercase)[...]
            while let first = bytes.first, ByteClass.isBlank(first) { bytes.removeFirst() }
            while let last = bytes.last, ByteClass.isBlank(last) { bytes.removeLast() }
            return String(decoding: bytes, as: UTF8.self)
        }
    }
}
