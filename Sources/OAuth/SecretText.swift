import Crypto
import JOSE

/// A text that is, or looks like, a secret that this server hands out: for whoever searches files and logs for leaked
/// ones, and for whoever wants to know before a look-up whether there can be such a secret at all.
public struct SecretText: Hashable, Sendable {
    public let kind: Kind
    /// Whether a checksum in the text proves that this server's software made it.
    public let isCertain: Bool

    /// What this text is; `nil` unless it is wholly one secret, in its one spelling, with the right checksum where its
    /// kind has one.
    public init?(_ text: some Collection<UInt8>) {
        guard text.count <= Kind.longest, let kind = Kind.allCases.first(where: { text.starts(with: $0.prefix.utf8) })
        else { return nil }
        let body = Array(text.dropFirst(kind.prefix.utf8.count))
        guard kind.bodyLength.contains(body.count), kind.accepts(body) else { return nil }
        self.kind = kind
        isCertain = kind.hasChecksum
    }

    public init?(_ text: String) { self.init(text.utf8) }

    /// The kinds of secret, by the prefix that they wear.
    public enum Kind: String, CaseIterable, Sendable {
        /// With which programs act for their owner, at introspection and in token exchange.
        case apiKey = "tsk_"
        /// An opaque access token.
        case accessToken = "tsa_"
        case refreshToken = "tsr_"
        case clientSecret = "tsc_"
        case authorizationCode = "tsz_"
        case pendingAuthorization = "tsp_"
        case session = "tss_"
        case browser = "tsb_"
        case mailLink = "tsl_"
        case initialAccess = "tsi_"
        case registration = "tsx_"
        /// The key in which all others of the server are wrapped.
        case masterKey = "tsm_"

        public var prefix: String { rawValue }

        /// In words, for a report.
        public var name: String {
            switch self {
            case .apiKey: "API key"
            case .accessToken: "access token"
            case .refreshToken: "refresh token"
            case .clientSecret: "client secret"
            case .authorizationCode: "authorization code"
            case .pendingAuthorization: "handle of an authorization request"
            case .session: "session"
            case .browser: "browser cookie"
            case .mailLink: "link in a mail"
            case .initialAccess: "initial access token"
            case .registration: "registration access token"
            case .masterKey: "master key"
            }
        }
    }
}

extension SecretText.Kind {
    /// A text is cut off here before it is looked at.
    public static let longest = 16_384

    /// How many characters of base64url follow the prefix.
    public var bodyLength: ClosedRange<Int> {
        switch self {
        case .apiKey: APIKeyText.bodyLength...APIKeyText.bodyLength
        // From 45 bytes of which none is a claim.
        case .accessToken: 60...(Self.longest - 4)
        case .refreshToken: 82...82
        default: 43...43
        }
    }

    /// Whether a text of this kind proves by itself that it is no accident.
    public var hasChecksum: Bool {
        switch self {
        case .apiKey, .accessToken, .refreshToken: true
        default: false
        }
    }

    fileprivate func accepts(_ body: [UInt8]) -> Bool {
        switch self {
        case .apiKey: APIKeyText.isBody(body)
        case .accessToken, .refreshToken: Self.endsInChecksum(body)
        // A key of few different bytes is no key of ours, see `MasterKey`, but a row of the same letter in a text.
        default: (try? Base64URL.decode(utf8: body)).map { Set($0).count > 8 } ?? false
        }
    }

    private static func endsInChecksum(_ body: [UInt8]) -> Bool {
        guard let bytes = try? Base64URL.decode(utf8: body), bytes.count > 4, bytes[0] == 1 else { return false }
        return CRC32.of(bytes.dropLast(4)) == bytes.suffix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    }
}
