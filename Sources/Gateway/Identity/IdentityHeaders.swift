import JOSE
import OAuth
package import ResourceServer
package import ServerHTTP

/// Tells an upstream who comes, in header fields that nobody else can have written.
///
/// Servers read names in many ways: letter case does not count, CGI makes `_` of `-`, and of every other sign too. So a
/// client's field goes if its name means one of ours, or one that some software takes for the word of a proxy, under
/// any of these readings.
package struct IdentityHeaders: Hashable, Sendable {
    /// Lower case, in the order in which they are set.
    package let subject: String
    package let client: String
    package let scope: String
    package let roles: String
    private let folded: Set<String>

    package static let standard = IdentityHeaders(
        uncheckedSubject: "x-tessera-subject", client: "x-tessera-client", scope: "x-tessera-scope",
        roles: "x-tessera-roles")

    /// `nil` unless they are four different names that a field may have.
    package init?(subject: String, client: String, scope: String, roles: String) {
        let names = [subject, client, scope, roles]
        guard names.allSatisfy(Self.isName), Set(names.map { Self.fold($0) }).count == 4 else { return nil }
        self.init(uncheckedSubject: subject, client: client, scope: scope, roles: roles)
    }

    private init(uncheckedSubject subject: String, client: String, scope: String, roles: String) {
        self.subject = subject.lowercased()
        self.client = client.lowercased()
        self.scope = scope.lowercased()
        self.roles = roles.lowercased()
        folded = Set([subject, client, scope, roles].map { Self.fold($0) })
    }

    /// In the order of ``values(for:)``.
    package var names: [String] { [subject, client, scope, roles] }

    /// Whether a client may not say this: it is an identity, the word of a proxy, or another method than the one that is
    /// judged.
    package func isReserved(_ name: String) -> Bool {
        let folded = Self.fold(name)
        if self.folded.contains(folded) || Self.reservedNames.contains(folded) || Self.identityNames.contains(folded) {
            return true
        }
        return Self.prefixes[folded.utf8.first]?.contains { folded.hasPrefix($0) } ?? false
    }

    /// By their first letter, since all fields of all requests are compared with them.
    private static let prefixes = Dictionary(grouping: reservedPrefixes + identityPrefixes) { $0.utf8.first }

    private static let reservedPrefixes = [
        "x-forwarded-", "x-original-", "x-auth-", "x-tessera-", "x-envoy-", "x-remote-", "x-authenticated-",
    ]

    /// With what other proxies begin the names in which they say who comes, and what a certificate says: servers that
    /// once stood behind one of them believe these names still. `remote-` and `ssl-` are CGI's variables, too.
    private static let identityPrefixes = [
        "remote-", "http-remote-", "x-webauth-", "x-userinfo", "x-user-id", "x-user-name", "x-user-email",
        "x-user-role", "x-user-group", "x-proxy-user", "x-proxy-remote-", "x-jwt-", "oidc-", "x-oidc-", "x-consumer-",
        "x-credential-", "x-pomerium-", "x-authentik-", "x-vouch-", "cf-access-", "tailscale-", "x-goog-iap-",
        "x-goog-authenticated-", "x-amzn-oidc-", "x-amzn-mtls-", "x-ms-client-principal", "x-ms-token-", "iv-", "sm-",
        "oam-", "client-cert", "ssl-", "x-ssl-", "x-tls-client-", "x-client-cert", "x-client-dn", "x-client-verify",
    ]
    private static let reservedNames: Set<String> = [
        "forwarded", "x-forwarded", "x-real-ip", "x-rewrite-url", "x-host",
        "x-http-method", "x-http-method-override", "x-method-override", "x-client-ip", "true-client-ip",
        "x-cluster-client-ip", "proxy",
    ]

    /// What others call an identity; an operator may choose one of them.
    private static let identityNames: Set<String> = [
        "x-user", "x-userid", "x-username", "x-email", "x-groups", "x-roles", "x-consumer", "gap-auth",
        "x-apigateway-api-userinfo", "x-endpoint-api-userinfo",
    ]

    /// What remains of a client's fields.
    package func stripped(_ headers: HeaderFields) -> HeaderFields {
        guard headers.fields.contains(where: { isReserved($0.name) }) else { return headers }
        return HeaderFields(headers.fields.filter { !isReserved($0.name) })
    }

    /// Who comes, as values for ``names``; empty ones of nobody.
    ///
    /// Throws if one of them cannot stand in a field, so that no upstream reads another name than the one that was
    /// judged.
    package func values(for token: AccessToken?) throws(Unspeakable) -> [String] {
        guard let token else { return ["", "", "", ""] }
        let roles = token.claims.strings("roles") ?? []
        guard !roles.contains(where: { $0.isEmpty || $0.utf8.contains(UInt8(ascii: ",")) }) else { throw Unspeakable() }
        let values = [
            token.subject.rawValue, token.clientID?.rawValue ?? "", token.scope.description,
            roles.joined(separator: ","),
        ]
        for value in values {
            guard value.utf8.allSatisfy({ (0x20...0x7E).contains($0) }), value.utf8.first != 0x20,
                value.utf8.last != 0x20
            else { throw Unspeakable() }
        }
        return values
    }

    /// A name that header fields cannot say.
    package struct Unspeakable: Error, Hashable, Sendable {}

    /// One spelling for all that some server could take for the same name.
    static func fold(_ name: String) -> String {
        String(
            decoding: name.utf8.map { byte in
                switch byte {
                case 0x30...0x39, 0x61...0x7A: byte
                case 0x41...0x5A: byte | 0x20
                default: UInt8(ascii: "-")
                }
            }, as: UTF8.self)
    }

    /// Letters, digits and hyphens, as every server reads them alike; and none that HTTP or this gateway has a use for.
    private static func isName(_ name: String) -> Bool {
        (3...64).contains(name.utf8.count) && fold(name) == name.lowercased()
            && name.lowercased().hasPrefix("x-") && !reservedNames.contains(name.lowercased())
            && !["x-forwarded-", "x-original-"].contains { name.lowercased().hasPrefix($0) }
    }
}
