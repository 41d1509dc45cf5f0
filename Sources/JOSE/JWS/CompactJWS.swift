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
        let dot = UInt8(ascii: ".")
        // Stops at the third dot: a flood of dots costs no more than reading them once.
        guard let first = bytes.firstIndex(of: dot),
            let second = bytes[(first &+ 1)...].firstIndex(of: dot),
            !bytes[(second &+ 1)...].contains(dot)
        else { throw .wrongNumberOfParts }
        header = try JOSEHeader(parsing: Base64URL.decode(utf8: bytes[..<first]))
        unverifiedPayload = try Base64URL.decode(utf8: bytes[(first &+ 1)..<second])
        signature = try Base64URL.decode(utf8: bytes[(second &+ 1)...])
        self.bytes = bytes
        signingInputEnd = second
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
