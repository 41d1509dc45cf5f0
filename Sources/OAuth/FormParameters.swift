import JOSE

/// The parameters of an `application/x-www-form-urlencoded` body, read strictly.
///
/// No parameter twice (RFC 6749 §3.2) but those that a standard lets repeat; a parameter without a value counts as
/// absent (RFC 6749 §3.1); bad percent-encoding, invalid UTF-8 and NUL are errors, never repaired.
public struct FormParameters: Sendable {
    private let pairs: [(name: String, value: String)]

    public static let maximumCount = 100
    public static let maximumNameLength = 128

    /// - Parameter repeatable: parameters that may be given more than once; of those that standards define, only
    ///   `resource` (RFC 8707 §2).
    public init(_ body: [UInt8], repeatable: Set<String> = ["resource"]) throws(OAuthError) {
        var pairs: [(name: String, value: String)] = []
        var start = 0
        while start < body.count {
            let end = body[start...].firstIndex(of: 0x26) ?? body.count
            if end > start {
                guard pairs.count < Self.maximumCount else {
                    throw OAuthError(.invalidRequest, "more than \(Self.maximumCount) parameters")
                }
                let equals = body[start..<end].firstIndex(of: 0x3D) ?? end
                guard equals - start <= Self.maximumNameLength else {
                    throw OAuthError(.invalidRequest, "a parameter name is longer than \(Self.maximumNameLength) bytes")
                }
                let name = try Self.decode(body[start..<equals])
                let value = equals == end ? "" : try Self.decode(body[(equals + 1)..<end])
                if !value.isEmpty {
                    if !repeatable.contains(name), pairs.contains(where: { $0.name == name }) {
                        throw OAuthError(.invalidRequest, "parameter \(name) is given more than once")
                    }
                    pairs.append((name, value))
                }
            }
            start = end + 1
        }
        self.pairs = pairs
    }

    public subscript(name: String) -> String? { pairs.first { $0.name == name }?.value }

    public func all(_ name: String) -> [String] { pairs.filter { $0.name == name }.map(\.value) }

    public var names: [String] { pairs.map(\.name) }

    /// Undoes form encoding: `+` is a space, `%XX` a byte; the bytes must be UTF-8 without NUL.
    static func decode(_ bytes: ArraySlice<UInt8>) throws(OAuthError) -> String {
        // A token is most of its form and holds nothing to undo.
        if let plain = plainText(bytes) { return plain }
        var decoded: [UInt8] = []
        decoded.reserveCapacity(bytes.count)
        var index = bytes.startIndex
        while index < bytes.endIndex {
            switch bytes[index] {
            case 0x2B:
                decoded.append(0x20)
            case 0x25:
                guard index + 2 < bytes.endIndex, let high = hexDigit(bytes[index + 1]),
                    let low = hexDigit(bytes[index + 2])
                else { throw OAuthError(.invalidRequest, "a parameter has a broken percent-encoding") }
                decoded.append(high << 4 | low)
                index += 2
            case let byte:
                decoded.append(byte)
            }
            index += 1
        }
        guard !decoded.contains(0), let text = String(validating: decoded, as: UTF8.self) else {
            throw OAuthError(.invalidRequest, "a parameter is not UTF-8 text")
        }
        return text
    }

    /// ASCII without anything encoded; `nil` for everything else.
    private static func plainText(_ bytes: ArraySlice<UInt8>) -> String? {
        bytes.withUnsafeBufferPointer { bytes in
            var other: UInt8 = 0
            // Without a way out of the loop, so that it takes many bytes at a time.
            for byte in bytes { other |= byte & 0x80 | (byte == 0x25 || byte == 0x2B || byte == 0 ? 1 : 0) }
            return other == 0 ? String(decoding: bytes, as: UTF8.self) : nil
        }
    }

    private static func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x37
        case 0x61...0x66: byte - 0x57
        default: nil
        }
    }
}
