import Crypto

/// Turns the name by which an issuer knows what has ended into the one that a single resource is told.
///
/// Each resource is told other names, so that two of them that compare what they were told find nothing in common, and
/// nobody learns from one list what another resource was told.
public struct RevocationNaming: Hashable, Sendable {
    /// Who is told.
    public let resource: ResourceIndicator
    // SHA-256 of what every name of the resource begins with, as it lies in memory: together with a name it fits into one
    // block of the hash, because a verifier names each new token six times.
    private let first: UInt64
    private let second: UInt64
    private let third: UInt64
    private let fourth: UInt64

    public init(at resource: ResourceIndicator) {
        self.resource = resource
        let text = Array("tessera-revocation-at".utf8) + [0] + Array(resource.rawValue.utf8)
        let words = SHA256.hash(data: text).withUnsafeBytes { bytes in
            stride(from: 0, to: SHA256.byteCount, by: 8).map {
                bytes.loadUnaligned(fromByteOffset: $0, as: UInt64.self)
            }
        }
        (first, second, third, fourth) = (words[0], words[1], words[2], words[3])
    }

    /// The first 16 bytes of SHA-256 of: the SHA-256 of `tessera-revocation-at`, a zero byte and the resource; and the
    /// 16 bytes of the name.
    public func name(_ common: RevocationName) -> RevocationName {
        let block = (first, second, third, fourth, common.high.bigEndian, common.low.bigEndian)
        var hash = SHA256()
        withUnsafeBytes(of: block) { hash.update(bufferPointer: $0) }
        return RevocationName(hash.finalize())
    }
}

extension RevocationEntry {
    /// The same under the name that the resource is told.
    public func told(by naming: RevocationNaming) -> RevocationEntry {
        RevocationEntry(naming.name(name), of: self)
    }
}

extension RevocationName {
    /// The first 16 bytes of a digest.
    init(_ digest: SHA256.Digest) {
        self = digest.withUnsafeBytes { bytes in
            RevocationName(
                high: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self)),
                low: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
        }
    }
}
