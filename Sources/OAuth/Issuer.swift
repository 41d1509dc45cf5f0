/// The issuer identifier: an `https` URL without query and fragment (RFC 8414 §2), and the addresses built from it.
///
/// It comes from configuration only, never from a request.
public struct Issuer: Hashable, Sendable, CustomStringConvertible {
    public let rawValue: String
    /// The path component, without a trailing slash; empty for an issuer at the root of its host.
    public let path: String

    /// The endpoints of an issuer, by their path below it.
    public enum Endpoint: String, CaseIterable, Sendable {
        case token = "/token"
        case introspection = "/introspect"
        case revocation = "/revoke"
        case keySet = "/jwks"
        /// The audience of the administration API's own tokens.
        case administration = "/admin/v1"
        case authorization = "/authorize"
        /// RFC 9126
        case pushedAuthorization = "/par"
        /// OpenID Core §5.3; also the audience of tokens that are for nothing else.
        case userInfo = "/userinfo"
        /// OpenID RP-Initiated Logout §2
        case endSession = "/logout"
        /// What has ended, as it ends, for protected resources.
        case revocationFeed = "/revocations"
        /// All that has ended and matters still.
        case revocationSnapshot = "/revocations/snapshot"
        /// The keys that sign both, which are no token's.
        case revocationFeedKeys = "/revocations/keys"
        /// Status lists for verifiers that others wrote, each below it.
        case statusLists = "/status-lists"
        /// RFC 7591
        case registration = "/clients"
    }

    /// `nil` unless the text is an `https` URL (or `http` on a loopback host) with a host, canonical, without a
    /// trailing slash, query, fragment, userinfo, or dot segments.
    public init?(_ text: String) {
        let prefix: String
        if text.hasPrefix("https://") {
            prefix = "https://"
        } else if text.hasPrefix("http://") {
            prefix = "http://"
        } else {
            return nil
        }
        guard (try? ResourceIndicator(text)) != nil, !text.hasSuffix("/") else { return nil }
        let rest = text.dropFirst(prefix.count)
        let authority = rest.prefix { $0 != "/" }
        let path = rest.dropFirst(authority.count)
        guard !authority.isEmpty, !text.contains("?"), !authority.contains("@"), !authority.hasSuffix(":"),
            authority == Substring(authority.lowercased()),
            !path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
                .contains(where: { $0.isEmpty || $0 == "." || $0 == ".." }),
            !path.contains("%"), Self.hasValidPort(authority)
        else { return nil }
        if prefix == "http://" {
            let host = authority.hasPrefix("[") ? authority.prefix { $0 != "]" } + "]" : authority.prefix { $0 != ":" }
            guard ["localhost", "127.0.0.1", "[::1]"].contains(String(host)) else { return nil }
        }
        rawValue = text
        self.path = String(path)
    }

    private static func hasValidPort(_ authority: Substring) -> Bool {
        let afterHost =
            authority.hasPrefix("[") ? authority.drop { $0 != "]" }.dropFirst() : authority.drop { $0 != ":" }
        guard !afterHost.isEmpty else { return true }
        let digits = afterHost.dropFirst()
        guard afterHost.first == ":", digits.allSatisfy({ $0.isASCII && $0.isNumber }), let port = UInt16(digits) else {
            return false
        }
        return port > 0 && digits.first != "0"
    }

    public func url(of endpoint: Endpoint) -> String { rawValue + endpoint.rawValue }

    /// The path of an endpoint on this host, for routers.
    public func path(of endpoint: Endpoint) -> String { path + endpoint.rawValue }

    /// RFC 8414 §3.1: the well-known part goes between host and path.
    public var metadataPath: String { "/.well-known/oauth-authorization-server" + path }

    /// OpenID Discovery §4: here the well-known part goes behind the path.
    public var openIDMetadataPath: String { path + "/.well-known/openid-configuration" }

    /// Scheme and authority: what a browser sends as `Origin`, and where the metadata paths start.
    public var origin: String { String(rawValue.dropLast(path.count)) }

    public var description: String { rawValue }
}
