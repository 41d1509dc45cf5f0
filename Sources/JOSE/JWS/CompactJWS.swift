/// A signed message in compact form (RFC 7515 §7.1), taken apart but not yet believed.
public struct CompactJWS: Sendable {
    /// What any signed message may take, before it is looked at.
    public static let maximumBytes = 16 * 1024

    public let header: JOSEHeader
    public let signature: [UInt8]
    private let bytes: [UInt8]
    private let signingInputEnd: Int
    /// Decoded with the rest, so that a text that is no base64url is refused at once; proven only by ``verify(by:)``.
    let unverifiedPayload: [UInt8]

    public init(_ compact: String) throws(JOSEError) {
        guard compact.utf8.count <= Self.maximumBytes else { throw .tooLarge }
        try self.init(utf8: Array(compact.utf8))
    }

    public init(utf8 bytes: [UInt8]) throws(JOSEError) {
        guard bytes.count <= Self.maximumBytes else { throw .tooLarge }
        guard let first = bytes.firstIndex(of: Self.dot) else { throw .wrongNumberOfParts }
        try self.init(bytes, headerEnd: first, nil)
    }

    private static let dot = UInt8(ascii: ".")

    /// - Parameter known: what the first `headerEnd` bytes say, for who has read them before.
    init(_ bytes: [UInt8], headerEnd: Int, _ known: JOSEHeader?) throws(JOSEError) {
        // A flood of dots costs no more than reading them once.
        guard let second = Self.onlyDot(of: bytes[(headerEnd &+ 1)...]) else { throw .wrongNumberOfParts }
        if let known {
            header = known
        } else {
            header = try JOSEHeader(parsing: Base64URL.decode(utf8: bytes[..<headerEnd]))
        }
        unverifiedPayload = try Base64URL.decode(utf8: bytes[(headerEnd &+ 1)..<second])
        signature = try Base64URL.decode(utf8: bytes[(second &+ 1)...])
        self.bytes = bytes
        signingInputEnd = second
    }

    /// Where the only dot is; `nil` if there is none, or another.
    private static func onlyDot(of bytes: ArraySlice<UInt8>) -> Int? {
        bytes.withUnsafeBufferPointer { rest in
            var count = 0
            var sum = 0
            // Without a way out of the loop, so that it takes many bytes at a time.
            for index in 0..<rest.count {
                let isDot = rest[index] == dot ? 1 : 0
                count &+= isDot
                sum &+= isDot &* index
            }
            return count == 1 ? bytes.startIndex &+ sum : nil
        }
    }

    /// The bytes that the signature covers: encoded header, dot, encoded payload (RFC 7515 §5.1).
    public var signingInput: ArraySlice<UInt8> { bytes[..<signingInputEnd] }

    /// The payload, once the signature proves it; the header's algorithm must be the key's.
    public func verify(by key: VerificationKey) throws(JOSEError) -> [UInt8] {
        guard header.algorithm.hasSameUTF8(as: key.algorithm.rawValue) else { throw .algorithmMismatch }
        guard key.isValid(signature, for: signingInput) else { throw .invalidSignature }
        return unverifiedPayload
    }
}
