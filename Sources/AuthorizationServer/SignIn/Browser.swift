package import OAuth
package import Storage

/// The browser that a page request comes from, with the two secrets that its cookies hold.
package struct Browser: Hashable, Sendable {
    /// In bytes; what people see of a browser on their account page is no longer.
    package static let maximumUserAgent = 256

    /// Of the device cookie; `nil` if there was none, or none that this server could have set.
    package let secret: Secret?
    /// Of the session cookie.
    package let session: Secret?
    package let caller: Caller
    package let userAgent: String
    /// What it says it wants to read, best first (RFC 9110 §12.5.4).
    package let languages: [String]

    package init(secret: Secret?, session: Secret?, caller: Caller, userAgent: String = "", languages: [String] = []) {
        self.secret = secret.flatMap { Self.isWellFormed($0, .browser) ? $0 : nil }
        self.session = session.flatMap { Self.isWellFormed($0, .session) ? $0 : nil }
        self.caller = caller
        self.userAgent = Self.printable(userAgent)
        self.languages = languages
    }

    /// What is stored of the device cookie.
    package var hash: TokenHash? { secret.map { TokenHash(of: $0) } }

    /// 256 bits in base64url are 43 characters. What a stranger made up in another form is never looked up.
    private static func isWellFormed(_ secret: Secret, _ kind: SecretKind) -> Bool {
        let text = secret.revealedValue
        return text.hasPrefix(kind.rawValue) && text.utf8.count == kind.rawValue.utf8.count + 43
    }

    /// Visible ASCII and spaces: it goes to pages, mails and logs.
    private static func printable(_ text: String) -> String {
        let bytes = text.utf8.prefix(maximumUserAgent).filter { (0x20...0x7E).contains($0) }
        return String(decoding: bytes, as: UTF8.self)
    }
}
