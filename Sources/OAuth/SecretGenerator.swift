import JOSE

/// Makes the unguessable strings: tokens, secrets, identifiers. Tests give it known bytes.
public struct SecretGenerator: Sendable {
    private let source: @Sendable (_ count: Int) -> [UInt8]

    public init(bytes source: @escaping @Sendable (_ count: Int) -> [UInt8]) { self.source = source }

    /// The operating system's generator, the only one that a running server uses.
    public static let system: SecretGenerator = {
        let drawn = DrawnBytes()
        return SecretGenerator { drawn.take($0) }
    }()

    public func bytes(_ count: Int) -> [UInt8] { source(count) }

    /// 256 bits of text that is safe in a URL; RFC 6749 §10.10 asks for 128 at least.
    public func text(prefix: String = "") -> String { prefix + Base64URL.encode(source(32)) }

    /// 256 bits that prove something, behind a type prefix that scanners recognise.
    public func secret(_ kind: SecretKind) -> Secret { Secret(text(prefix: kind.rawValue)) }

    /// 128 bits for a name that need not be secret but must never repeat.
    public func identifier(prefix: String = "") -> String { prefix + Base64URL.encode(nameBytes(16)) }

    /// What a name is written from in base64url. It never begins with `-`: on a command line that would be an option.
    package func nameBytes(_ count: Int) -> [UInt8] {
        var bytes = source(count)
        if let first = bytes.first, first >> 2 == 62 { bytes[0] = first & 0x7F }
        return bytes
    }
}

/// The kinds of secret that this server hands out, by the prefix they wear.
public enum SecretKind: String, CaseIterable, Sendable {
    case clientSecret = "tsc_"
    case authorizationCode = "tsz_"
    /// The `request_uri` of a pushed request, and the handle of one that waits for a person.
    case pendingAuthorization = "tsp_"
    case session = "tss_"
    case browser = "tsb_"
    case mailLink = "tsl_"
    /// Lets somebody register a client (RFC 7591 §3).
    case initialAccess = "tsi_"
    /// With which a client manages its own registration (RFC 7592 §3).
    case registration = "tsx_"
}
