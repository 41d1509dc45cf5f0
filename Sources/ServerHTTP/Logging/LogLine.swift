import JOSE

/// One line of the request log in the making; everything that came from outside is escaped and cut to a bound.
struct LogLine {
    private var writer: JSONWriter

    /// Longest text of a member; a request target may be far longer than anybody wants to read.
    private static let maximumLength = 512

    init() {
        writer = JSONWriter(capacity: 384)
        writer.beginObject()
    }

    mutating func member(_ name: StaticString, _ value: String) {
        if value.utf8.count <= Self.maximumLength {
            writer.member(name, value)
        } else {
            writer.member(name, String(decoding: value.utf8.prefix(Self.maximumLength), as: UTF8.self))
        }
    }

    mutating func member(_ name: StaticString, _ value: String?) {
        if let value { member(name, value) }
    }

    mutating func member(_ name: StaticString, _ value: Int64) { writer.member(name, value) }

    /// The members and the closing brace; the opening one is written with the time.
    consuming func finish() -> ArraySlice<UInt8> {
        writer.endObject()
        return writer.bytes.dropFirst()
    }
}
