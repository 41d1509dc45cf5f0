import CZlib

/// DEFLATE in the ZLIB format (RFC 1950, RFC 1951), as status lists are told.
package enum Compression {
    /// At the highest level, as draft-ietf-oauth-status-list §4.1 recommends. `nil` if there is no memory for it.
    package static func compressed(_ bytes: [UInt8]) -> [UInt8]? {
        var length = compressBound(uLong(bytes.count))
        var failed = false
        let result = [UInt8](unsafeUninitializedCapacity: Int(length)) { buffer, count in
            failed = compress2(buffer.baseAddress, &length, bytes, uLong(bytes.count), Z_BEST_COMPRESSION) != Z_OK
            count = failed ? 0 : Int(length)
        }
        return failed ? nil : result
    }
}
