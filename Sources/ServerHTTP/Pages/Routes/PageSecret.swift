import OAuth

/// Reads the secrets that pages carry, in the one form in which this server makes them.
enum PageSecret {
    /// The handle of an authorization request that waits; it may stand in an address as it is.
    static func handle(_ text: String?) -> Secret? { read(text, .pendingAuthorization) }

    /// Of a link in a mail.
    static func link(_ text: String?) -> Secret? { read(text, .mailLink) }

    private static func read(_ text: String?, _ kind: SecretKind) -> Secret? {
        guard let text, text.hasPrefix(kind.rawValue), text.utf8.count == kind.rawValue.utf8.count + 43,
            text.utf8.allSatisfy(isURLSafe)
        else { return nil }
        return Secret(text)
    }

    private static func isURLSafe(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte) || (0x41...0x5A).contains(byte) || (0x30...0x39).contains(byte)
            || byte == 0x2D || byte == 0x5F
    }
}
