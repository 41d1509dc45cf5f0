import Crypto
import JOSE

/// The text of an API key: `tsk_`, 43 characters of base64url (256 bits) and 6 more that are the first 36 bits of the
/// SHA-256 of all before. Whatever has another form never reaches the store.
public struct APIKeyText: Hashable, Sendable {
    static let prefix = "tsk_"
    static let secretLength = 43
    static let checksumLength = 6
    static let bodyLength = secretLength + checksumLength

    public let secret: Secret

    /// `nil` for anything but the one spelling of a key with the right checksum.
    public init?(_ secret: Secret) {
        let text = secret.revealedValue
        guard text.utf8.count == Self.prefix.utf8.count + Self.bodyLength, text.hasPrefix(Self.prefix),
            Self.isBody(Array(text.utf8.dropFirst(Self.prefix.utf8.count)))
        else { return nil }
        self.secret = secret
    }

    private init(made secret: Secret) { self.secret = secret }

    /// A new key.
    public static func make(from secrets: SecretGenerator) -> APIKeyText {
        let head = secrets.text(prefix: prefix)
        return APIKeyText(made: Secret(head + String(decoding: checksum(of: Array(head.utf8)), as: UTF8.self)))
    }

    /// The checksum is of the whole text and tells nobody more than the text does, so it is compared plainly: only
    /// who has all 256 bits already knows what it must be.
    static func isBody(_ body: [UInt8]) -> Bool {
        guard body.count == bodyLength, let bytes = try? Base64URL.decode(utf8: body[..<secretLength]),
            bytes.count == 32
        else { return false }
        return checksum(of: Array(prefix.utf8) + body[..<secretLength]) == Array(body[secretLength...])
    }

    private static func checksum(of text: [UInt8]) -> [UInt8] {
        Array(Base64URL.encodeBytes(Array(SHA256.hash(data: text).prefix(5))).prefix(checksumLength))
    }
}
