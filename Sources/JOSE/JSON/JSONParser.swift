/// Our reader for unproven JSON (RFC 8259): one pass over bytes, no tolerance, nothing beyond the limits.
struct JSONParser {
    private let bytes: [UInt8]
    private let limits: JSONLimits
    private var position = 0
    private var membersLeft: Int

    /// Up to here names are compared pairwise; beyond, in a set, so that many members cost no quadratic time.
    private static let pairwiseNames = 16

    init(_ bytes: [UInt8], limits: JSONLimits) {
        self.bytes = bytes
        self.limits = limits
        self.membersLeft = limits.maximumMembers
    }

    mutating func parseDocument() throws(JSONError) -> JSONValue {
        guard bytes.count <= limits.maximumBytes else { throw JSONError(.tooLarge, at: limits.maximumBytes) }
        guard bytes.first != 0xEF else { throw error(.byteOrderMark) }  // RFC 8259 §8.1: no text starts with U+FEFF
        let value = try parseValue(depth: 0)
        skipWhitespace()
        guard position == bytes.count else { throw error(.trailingBytes) }
        return value
    }

    private func error(_ kind: JSONError.Kind) -> JSONError { JSONError(kind, at: position) }

    @inline(__always)
    private mutating func skipWhitespace() {
        while position < bytes.count {
            let byte = bytes[position]
            guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return }
            position &+= 1
        }
    }

    /// The next byte that is no white space, left where it is.
    @inline(__always)
    private mutating func peek() throws(JSONError) -> UInt8 {
        skipWhitespace()
        guard position < bytes.count else { throw error(.unexpectedEnd) }
        return bytes[position]
    }

    /// Counts one more member or element.
    private mutating func count() throws(JSONError) {
        guard membersLeft > 0 else { throw error(.tooManyMembers) }
        membersLeft &-= 1
    }

    private mutating func parseValue(depth: Int) throws(JSONError) -> JSONValue {
        switch try peek() {
        case UInt8(ascii: "\""):
            return .string(try parseString())
        case UInt8(ascii: "{"):
            return .object(try parseObject(depth: depth &+ 1))
        case UInt8(ascii: "["):
            return .array(try parseArray(depth: depth &+ 1))
        case UInt8(ascii: "t"):
            return try parseLiteral("true", .bool(true))
        case UInt8(ascii: "f"):
            return try parseLiteral("false", .bool(false))
        case UInt8(ascii: "n"):
            return try parseLiteral("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            return try parseNumber()
        default:
            throw error(.unexpectedByte)
        }
    }

    private mutating func parseLiteral(_ text: StaticString, _ value: JSONValue) throws(JSONError) -> JSONValue {
        let length = text.utf8CodeUnitCount
        guard bytes.count &- position >= length else { throw error(.unexpectedEnd) }
        let matches = text.withUTF8Buffer { $0.elementsEqual(bytes[position..<(position &+ length)]) }
        guard matches else { throw error(.unexpectedByte) }
        position &+= length
        return value
    }

    private mutating func parseObject(depth: Int) throws(JSONError) -> JSONObject {
        guard depth <= limits.maximumDepth else { throw error(.tooDeep) }
        position &+= 1
        var members: [(name: String, value: JSONValue)] = []
        var names: Set<ByteName> = []
        if try peek() == UInt8(ascii: "}") {
            position &+= 1
            return JSONObject(distinct: members)
        }
        // A token says a dozen things, and what it has within itself two or three.
        members.reserveCapacity(depth == 1 ? 14 : 3)
        while true {
            guard try peek() == UInt8(ascii: "\"") else { throw error(.unexpectedByte) }
            try count()
            let start = position
            let name = try parseString()
            guard isNew(name, in: members, &names) else { throw JSONError(.duplicateName, at: start) }
            guard try peek() == UInt8(ascii: ":") else { throw error(.unexpectedByte) }
            position &+= 1
            members.append((name, try parseValue(depth: depth)))
            switch try peek() {
            case UInt8(ascii: ","): position &+= 1
            case UInt8(ascii: "}"):
                position &+= 1
                return JSONObject(distinct: members)
            default: throw error(.unexpectedByte)
            }
        }
    }

    /// Names are compared after unescaping and by bytes (RFC 8725 §2.4 shows what a second reading does).
    private func isNew(
        _ name: String, in members: [(name: String, value: JSONValue)], _ names: inout Set<ByteName>
    ) -> Bool {
        if members.count < Self.pairwiseNames {
            for index in members.indices where members[index].name.hasSameUTF8(as: name) {
                return false
            }
            return true
        }
        if names.isEmpty {
            names = Set(members.map { ByteName(text: $0.name) })
        }
        return names.insert(ByteName(text: name)).inserted
    }

    private mutating func parseArray(depth: Int) throws(JSONError) -> [JSONValue] {
        guard depth <= limits.maximumDepth else { throw error(.tooDeep) }
        position &+= 1
        var values: [JSONValue] = []
        if try peek() == UInt8(ascii: "]") {
            position &+= 1
            return values
        }
        while true {
            try count()
            values.append(try parseValue(depth: depth))
            switch try peek() {
            case UInt8(ascii: ","): position &+= 1
            case UInt8(ascii: "]"):
                position &+= 1
                return values
            default: throw error(.unexpectedByte)
            }
        }
    }

    private mutating func parseString() throws(JSONError) -> String {
        if let plain = parsePlainString() { return plain }
        var scanner = JSONStringScanner(bytes, from: position &+ 1)
        let string = try scanner.scan()
        position = scanner.position
        return string
    }

    /// Printable ASCII without escapes, by far the usual case; `nil`, and nothing read, for everything else.
    private mutating func parsePlainString() -> String? {
        let start = position &+ 1
        let found: (text: String, end: Int)? = bytes.withUnsafeBufferPointer { bytes in
            var end = start
            while end < bytes.count {
                let byte = bytes[end]
                if byte == UInt8(ascii: "\"") {
                    return (String(decoding: UnsafeBufferPointer(rebasing: bytes[start..<end]), as: UTF8.self), end)
                }
                guard byte >= 0x20, byte < 0x80, byte != UInt8(ascii: "\\") else { return nil }
                end &+= 1
            }
            return nil
        }
        guard let found else { return nil }
        position = found.end &+ 1
        return found.text
    }

    private mutating func parseNumber() throws(JSONError) -> JSONValue {
        var scanner = JSONNumberScanner(bytes, from: position)
        let value = try scanner.scan()
        position = scanner.position
        return value
    }
}

/// A member name in a set, equal to another only when the bytes are.
private struct ByteName: Hashable {
    let text: String

    static func == (left: ByteName, right: ByteName) -> Bool { left.text.hasSameUTF8(as: right.text) }
    func hash(into hasher: inout Hasher) { text.hashUTF8(into: &hasher) }
}
