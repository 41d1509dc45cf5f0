import Synchronization

/// Knows the header of the last token that was proven: nearly all tokens of an issuer begin with the same bytes, and to
/// compare them costs less than to read them again.
package final class HeaderMemory: Sendable {
    private struct Known {
        /// The encoded header and its dot.
        let prefix: [UInt8]
        let header: JOSEHeader
    }

    private let known = Mutex<Known?>(nil)

    package init() {}

    /// The token taken apart, as `UnverifiedJWT(_:)` does it.
    package func jwt(_ compact: String) throws(JOSEError) -> UnverifiedJWT {
        if let known = known.withLock({ $0 }),
            let jwt = try UnverifiedJWT(compact, beginning: known.prefix, known.header)
        {
            return jwt
        }
        return try UnverifiedJWT(compact)
    }

    /// - Parameter token: one whose signature was checked; others could push out what is worth knowing.
    package func remember(_ token: UnverifiedJWT) {
        known.withLock { known in
            guard known?.header != token.header else { return }
            known = Known(prefix: token.encodedHeader, header: token.header)
        }
    }
}
