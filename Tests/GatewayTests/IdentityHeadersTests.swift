import Gateway
import JOSE
import OAuth
import ResourceServer
import ServerHTTP
import Testing

struct IdentityHeadersTests {
    private let headers = IdentityHeaders.standard

    @Test(arguments: [
        "x-tessera-subject", "X-Tessera-Subject", "x_tessera_subject", "X-TESSERA_SCOPE", "x.tessera.roles",
        "x-tessera-anything", "x-forwarded-for", "X_Forwarded_Host", "forwarded", "Forwarded", "x-original-uri",
        "x-original-url", "x_original_method", "x-auth-user", "X_Auth_User", "x-auth-roles", "x'auth'user",
        "remote-user",
        "remote_user", "x-real-ip", "x-http-method-override", "x-method-override", "x-rewrite-url",
        "x-envoy-original-path",
        "proxy",
    ])
    func `takes away what a client may not say`(name: String) {
        #expect(headers.isReserved(name))
        let left = headers.stripped(
            HeaderFields([.init(name: name.lowercased(), value: "admin"), .init(name: "accept", value: "*/*")]))
        #expect(left.fields == [.init(name: "accept", value: "*/*")])
    }

    /// What servers believe that stood behind another proxy before: each prefix, and names that go on in all ways.
    static let others = [
        "Remote-User", "Remote-Groups", "Remote-Email", "Remote-Name", "Http-Remote-User", "X-Remote-User",
        "X-Authenticated-User", "X-WebAuth-User", "X-WebAuth-Groups", "X-Auth-Request-User",
        "X-Auth-Request-Preferred-Username", "X-Auth-Request-Access-Token", "X-Forwarded-User", "X-Forwarded-Email",
        "X-Forwarded-Groups", "X-Forwarded-Preferred-Username", "X-Forwarded-Client-Cert", "X-UserInfo", "X-User-Id",
        "X-User-Name", "X-User-Email", "X-User-Roles", "X-User-Groups", "X-Proxy-User", "X-Proxy-Remote-User",
        "X-JWT-Assertion", "OIDC-Claim-Sub", "X-OIDC-Sub", "X-Consumer-Username", "X-Credential-Identifier",
        "X-Pomerium-Claim-Email", "X-Authentik-Username", "X-Vouch-User", "Cf-Access-Authenticated-User-Email",
        "Tailscale-User-Login", "X-Goog-IAP-JWT-Assertion", "X-Goog-Authenticated-User-Email", "X-Amzn-Oidc-Data",
        "X-Amzn-Mtls-Clientcert", "X-MS-Client-Principal", "X-MS-Client-Principal-Name", "X-MS-Token-AAD-Id-Token",
        "IV-User", "SM-User", "OAM-Remote-User", "Client-Cert", "Client-Cert-Chain", "SSL-Client-S-DN",
        "SSL-Client-Verify", "X-SSL-Client-CN", "X-SSL-Cert", "X-TLS-Client-Cert", "X-Client-Cert", "X-Client-DN",
        "X-Client-Verify", "X-User", "X-UserId", "X-UserName", "X-Email", "X-Groups", "X-Roles", "X-Consumer",
        "GAP-Auth", "X-ApiGateway-Api-UserInfo", "X-Endpoint-Api-UserInfo",
    ]

    @Test(arguments: others)
    func `takes away what any proxy says of who comes, however it is written`(name: String) {
        let spellings = [
            name, name.lowercased(), name.uppercased(), name.replacing("-", with: "_"),
            name.uppercased().replacing("-", with: "_"), name.replacing("-", with: "."),
        ]
        for spelling in spellings { #expect(headers.isReserved(spelling), "\(spelling)") }
        let fields = spellings.map { HeaderFields.Field(name: $0.lowercased(), value: "admin") }
        #expect(headers.stripped(HeaderFields(fields)).fields.isEmpty)
    }

    @Test(arguments: [
        "accept", "authorization", "cookie", "x-requested-with", "x-authority", "content-type", "x-tesseract",
        "x-user-agent", "x-client-data", "x-client-version", "x-ms-client-request-id", "x-amzn-trace-id", "remote",
        "x-goog-api-key", "cf-ray", "client-hints",
    ])
    func `leaves what is the client's own`(name: String) { #expect(!headers.isReserved(name)) }

    @Test func `says who comes in names that the operator chose`() throws {
        let names = try #require(
            IdentityHeaders(subject: "X-User", client: "X-Client", scope: "X-Scope", roles: "X-Roles"))
        #expect(names.names == ["x-user", "x-client", "x-scope", "x-roles"])
        #expect(names.isReserved("X_ROLES") && names.isReserved("x-tessera-subject"))
        #expect(try names.values(for: nil) == ["", "", "", ""])
    }

    @Test(arguments: [
        ("x-a", "x-a", "x-c", "x-d"), ("x-a", "X-A", "x-c", "x-d"), ("host", "x-b", "x-c", "x-d"),
        ("x_a", "x-b", "x-c", "x-d"), ("", "x-b", "x-c", "x-d"), ("x-a b", "x-b", "x-c", "x-d"),
        ("x-forwarded-for", "x-b", "x-c", "x-d"), ("x-original-uri", "x-b", "x-c", "x-d"),
        ("x-\u{e4}", "x-b", "x-c", "x-d"),
    ])
    func `refuses names that mean one thing twice or something else`(names: (String, String, String, String)) {
        #expect(IdentityHeaders(subject: names.0, client: names.1, scope: names.2, roles: names.3) == nil)
    }
}
