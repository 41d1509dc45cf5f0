import Crypto

/// The name under which the revocation feed speaks of a token or of what tokens hang from: a digest, so that the feed
/// tells nothing to a reader that does not hold the name already, in a token.
///
/// An issuer has one name for each thing; what a resource is told is made of it by ``RevocationNaming``.
public struct RevocationName: Hashable, Sendable {
    /// What is named. The raw value is part of what is digested.
    public enum Kind: String, CaseIterable, Hashable, Sendable {
        /// A single token, by its `jti`.
        case token = "jti"
        /// The permission that a token hangs from.
        case grant
        /// Whom a token speaks for, as its `sub` says it: pairwise names stay apart.
        case subject
        case client
        case resource
        /// A key of the issuer that is no longer trusted, by its `kid`.
        case key = "kid"
    }

    /// The length in bytes.
    public static let length = 16

    /// The first eight bytes, as a number in network order.
    public let high: UInt64
    /// The last eight bytes, as a number in network order.
    public let low: UInt64

    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// The first 16 bytes of SHA-256 of `tessera-revocation`, the kind, the issuer and the name, with a zero byte
    /// between them.
    public init(_ kind: Kind, _ name: String, of issuer: String) {
        // In one piece: a verifier names each new token six times.
        var text: [UInt8] = []
        text.reserveCapacity(64 &+ issuer.utf8.count &+ name.utf8.count)
        for part in ["tessera-revocation", kind.rawValue, issuer] {
            text.append(contentsOf: part.utf8)
            text.append(0)
        }
        text.append(contentsOf: name.utf8)
        var hash = SHA256()
        text.withUnsafeBytes { hash.update(bufferPointer: $0) }
        self.init(hash.finalize())
    }

    /// `nil` unless there are 16 bytes.
    public init?(_ bytes: ArraySlice<UInt8>) {
        guard bytes.count == Self.length else { return nil }
        var halves: (high: UInt64, low: UInt64) = (0, 0)
        for byte in bytes.prefix(8) { halves.high = halves.high << 8 | UInt64(byte) }
        for byte in bytes.suffix(8) { halves.low = halves.low << 8 | UInt64(byte) }
        self.init(high: halves.high, low: halves.low)
    }

    public var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.length)
        append(to: &bytes)
        return bytes
    }

    func append(to bytes: inout [UInt8]) {
        for half in [high, low] {
            for shift in stride(from: 56, through: 0, by: -8) {
                bytes.append(UInt8(truncatingIfNeeded: half >> UInt64(shift)))
            }
        }
    }
}
