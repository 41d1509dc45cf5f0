/// Writes `application/x-www-form-urlencoded` text, for bodies, queries and requests that are kept for later.
public struct FormWriter: Sendable {
    public private(set) var bytes: [UInt8] = []

    public init() {}

    public var text: String { String(decoding: bytes, as: UTF8.self) }

    public mutating func append(_ name: String, _ value: String) {
        if !bytes.isEmpty { bytes.append(0x26) }
        encode(name)
        bytes.append(0x3D)
        encode(value)
    }

    /// Writes nothing for `nil`.
    public mutating func append(_ name: String, _ value: String?) {
        guard let value else { return }
        append(name, value)
    }

    /// A space becomes `%20` and not `+`, so that the text is right in a query as well (RFC 3986 §3.4).
    private mutating func encode(_ text: String) {
        for byte in text.utf8 {
            if Self.isUnreserved(byte) {
                bytes.append(byte)
            } else {
                bytes.append(0x25)
                bytes.append(Self.digits[Int(byte >> 4)])
                bytes.append(Self.digits[Int(byte & 0x0F)])
            }
        }
    }

    private static let digits = Array("0123456789ABCDEF".utf8)

    /// RFC 3986 §2.3
    static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: true
        default: false
        }
    }
}
