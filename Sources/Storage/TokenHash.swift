import Crypto
package import OAuth

/// What is stored instead of a bearer secret: its SHA-256.
///
/// Only for secrets with 256 bits of their own; guessing one from its hash is as hard as guessing it outright.
package struct TokenHash: Hashable, Sendable {
    package let bytes: [UInt8]

    // As `SHA256.hash(utf8:)` does it, which the fuzz targets do not see.
    package init(of secret: Secret) {
        var hash = SHA256()
        var text = secret.revealedValue
        text.withUTF8 { hash.update(bufferPointer: UnsafeRawBufferPointer($0)) }
        bytes = hash.finalize().withUnsafeBytes { Array($0) }
    }

    /// From a store; `nil` unless it is 32 bytes long.
    package init?(bytes: [UInt8]) {
        guard bytes.count == SHA256.byteCount else { return nil }
        self.bytes = bytes
    }

    /// Takes the same time wherever the difference is.
    package static func == (left: TokenHash, right: TokenHash) -> Bool {
        var difference: UInt8 = 0
        for (a, b) in zip(left.bytes, right.bytes) { difference |= a ^ b }
        return difference == 0
    }
}
