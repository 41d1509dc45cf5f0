/// An address that a client registered and that an answer may therefore be sent to; nothing else makes one.
public struct RedirectURI: Hashable, Sendable, CustomStringConvertible {
    /// As the client sent it, byte for byte.
    public let rawValue: String

    /// The longest address that is accepted, in bytes.
    public static let maximumLength = 2048

    private init(matched text: String) { rawValue = text }

    /// The address, if it is one of those registered: byte for byte (RFC 9700 §2.1), but for the port of a native
    /// client's loopback address, which the operating system chooses when the client starts (RFC 8252 §7.3).
    public static func match(_ text: String, registered: [String], allowingLoopbackPorts: Bool) -> RedirectURI? {
        guard text.utf8.count <= maximumLength else { return nil }
        if registered.contains(where: { $0.utf8.elementsEqual(text.utf8) }) { return RedirectURI(matched: text) }
        guard allowingLoopbackPorts, let asked = LoopbackURI(text) else { return nil }
        return registered.contains { LoopbackURI($0)?.differsInPortOnly(from: asked) == true }
            ? RedirectURI(matched: text) : nil
    }

    /// What a browser sends as `Origin` from there, and what a `form-action` may name; for a scheme of an application
    /// of its own, the scheme with its colon.
    public var origin: String {
        let (scheme, rest) = Self.split(rawValue)
        guard scheme == "https" || scheme == "http" else { return scheme + ":" }
        return scheme + "://" + Self.authority(rest)
    }

    /// The host, for the person to read; `nil` for a scheme of an application of its own.
    public var host: String? {
        let (scheme, rest) = Self.split(rawValue)
        guard scheme == "https" || scheme == "http" else { return nil }
        return String(Self.hostName(rest))
    }

    /// Whether any program of the person's own device could be behind it, so that the client's name proves nothing
    /// (RFC 8252 §8.6).
    public var isOnDevice: Bool {
        guard let host else { return true }
        return ["127.0.0.1", "[::1]", "localhost"].contains(host)
    }

    static func split(_ text: String) -> (scheme: String, rest: Substring) {
        let scheme = text.prefix { $0 != ":" }
        return (String(scheme), text.dropFirst(scheme.count).dropFirst())
    }

    static func authority(_ rest: Substring) -> Substring {
        rest.dropFirst(2).prefix { $0 != "/" && $0 != "?" && $0 != "#" }
    }

    static func hostName(_ rest: Substring) -> Substring {
        let authority = authority(rest)
        return authority.hasPrefix("[") ? authority.prefix { $0 != "]" } + "]" : authority.prefix { $0 != ":" }
    }

    public var description: String { rawValue }
}

/// An `http` address on a loopback IP literal, apart from its port.
private struct LoopbackURI {
    let host: String
    let rest: Substring

    init?(_ text: String) {
        // `localhost` may be resolved to something else (RFC 8252 §8.3), so its port does not vary.
        guard let host = ["http://127.0.0.1", "http://[::1]"].first(where: text.hasPrefix) else { return nil }
        var rest = text.dropFirst(host.count)
        if rest.first == ":" {
            let digits = rest.dropFirst().prefix { $0 != "/" && $0 != "?" }
            guard PortNumber.isValid(digits) else { return nil }
            rest = rest.dropFirst(1 + digits.count)
        }
        guard rest.isEmpty || rest.first == "/" || rest.first == "?" else { return nil }
        self.host = host
        self.rest = rest
    }

    func differsInPortOnly(from other: LoopbackURI) -> Bool {
        host == other.host && rest.utf8.elementsEqual(other.rest.utf8)
    }
}

/// The grammar of a port in the one form that is accepted.
enum PortNumber {
    /// 1 to 65535 without leading zeros.
    static func isValid(_ digits: Substring) -> Bool {
        guard (1...5).contains(digits.utf8.count), digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            digits.utf8.first != 0x30
        else { return false }
        return UInt16(digits) != nil
    }
}
