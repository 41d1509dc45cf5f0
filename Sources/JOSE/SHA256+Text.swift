package import Crypto

// `hash(data:)` and `Array(digest)` go through generic code of another module, which for a short text takes longer than
// its hash: a token request hashes half a dozen of them.

extension SHA256 {
    /// The digest of a text's UTF-8.
    package static func hash(utf8 text: String) -> Digest {
        var hash = SHA256()
        var text = text
        text.withUTF8 { hash.update(bufferPointer: UnsafeRawBufferPointer($0)) }
        return hash.finalize()
    }
}

extension SHA256.Digest {
    /// All 32 of them.
    package var bytes: [UInt8] { withUnsafeBytes { Array($0) } }
}
