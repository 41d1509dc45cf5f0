/// One JSON value as read from or written to a document; strings compare by their UTF-8 bytes.
public enum JSONValue: Sendable {
    case null
    case bool(Bool)
    /// A number without fraction and exponent that fits 64 bits.
    case integer(Int64)
    /// Every other number.
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object(JSONObject)

    /// Reads exactly one value; see ``JSONLimits`` for what is refused unread.
    public init(parsing bytes: [UInt8], limits: JSONLimits = .token) throws(JSONError) {
        var parser = JSONParser(bytes, limits: limits)
        self = try parser.parseDocument()
    }

    public var string: String? {
        guard case .string(let value) = self else { return nil }
        return value
    }

    public var integer: Int64? {
        guard case .integer(let value) = self else { return nil }
        return value
    }

    public var bool: Bool? {
        guard case .bool(let value) = self else { return nil }
        return value
    }

    public var array: [JSONValue]? {
        guard case .array(let value) = self else { return nil }
        return value
    }

    public var object: JSONObject? {
        guard case .object(let value) = self else { return nil }
        return value
    }

    /// The elements when this is an array of nothing but strings.
    public var strings: [String]? {
        guard case .array(let values) = self else { return nil }
        var strings: [String] = []
        strings.reserveCapacity(values.count)
        for value in values {
            guard case .string(let string) = value else { return nil }
            strings.append(string)
        }
        return strings
    }

    /// A NumericDate (RFC 7519 §2): an integer, or a fractional number rounded down; nothing beyond 2⁵³ seconds.
    public var date: NumericDate? {
        let bound: Int64 = 1 << 53
        switch self {
        case .integer(let value):
            guard value >= -bound, value <= bound else { return nil }
            return NumericDate(secondsSince1970: value)
        case .number(let value):
            guard let floored = Int64(exactly: value.rounded(.down)), floored >= -bound, floored <= bound else {
                return nil
            }
            return NumericDate(secondsSince1970: floored)
        default:
            return nil
        }
    }

    public func write(to writer: inout JSONWriter) {
        writer.value(self)
    }
}

extension JSONValue: Hashable {
    public static func == (left: JSONValue, right: JSONValue) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.bool(let left), .bool(let right)): left == right
        case (.integer(let left), .integer(let right)): left == right
        case (.number(let left), .number(let right)): left == right
        case (.string(let left), .string(let right)): left.hasSameUTF8(as: right)
        case (.array(let left), .array(let right)): left == right
        case (.object(let left), .object(let right)): left == right
        default: false
        }
    }

    public func hash(into hasher: inout Hasher) {
        switch self {
        case .null: hasher.combine(0)
        case .bool(let value): hasher.combine(value)
        case .integer(let value): hasher.combine(value)
        case .number(let value): hasher.combine(value)
        case .string(let value): value.hashUTF8(into: &hasher)
        case .array(let value): hasher.combine(value)
        case .object(let value): hasher.combine(value)
        }
    }
}
