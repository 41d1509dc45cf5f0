import Crypto
import JOSE

/// What binds an authorization code to the client that asked for it: the hash of a secret that only it knows.
///
/// RFC 7636 with the method S256 only; `plain` protects nothing once a request has been seen (RFC 9700 §2.1.1).
public struct CodeChallenge: Hashable, Sendable, CustomStringConvertible {
    public let rawValue: String

    /// The one `code_challenge_method` there is.
    public static let method = "S256"

    /// Reads 43 characters of base64url, the length of a SHA-256 hash; `nil` for all else (RFC 7636 §4.2).
    ///
    /// It is compared as text and never decoded: one that is no hash at all is merely one that nothing matches.
    public init?(_ text: String) {
        guard text.utf8.count == 43, text.utf8.allSatisfy(Self.isBase64URL) else { return nil }
        rawValue = text
    }

    public init(of verifier: CodeVerifier) {
        rawValue = Self.hash(verifier.secret.revealedValue)
    }

    /// Whether `verifier` is well formed and hashes to this challenge (RFC 7636 §4.6).
    public func matches(_ verifier: Secret) -> Bool {
        guard let verifier = CodeVerifier(verifier.revealedValue) else { return false }
        return hasSameBytes(as: Self.hash(verifier.secret.revealedValue))
    }

    private static func isBase64URL(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x5F: true
        default: false
        }
    }

    private static func hash(_ text: String) -> String {
        Base64URL.encode(SHA256.hash(utf8: text).bytes)
    }

    /// In a time that does not depend on where the texts differ.
    private func hasSameBytes(as other: String) -> Bool {
        guard rawValue.utf8.count == other.utf8.count else { return false }
        return zip(rawValue.utf8, other.utf8).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }

    public var description: String { rawValue }
}

/// The secret behind a ``CodeChallenge`` (RFC 7636 §4.1).
public struct CodeVerifier: Hashable, Sendable {
    public let secret: Secret

    /// `nil` unless the text is 43 to 128 unreserved characters.
    public init?(_ text: String) {
        guard (43...128).contains(text.utf8.count), text.utf8.allSatisfy(FormWriter.isUnreserved) else { return nil }
        secret = Secret(text)
    }

    /// 256 new random bits.
    public init(from generator: SecretGenerator) {
        secret = Secret(Base64URL.encode(generator.bytes(32)))
    }
}
