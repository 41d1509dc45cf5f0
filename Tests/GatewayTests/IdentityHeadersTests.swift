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

    @Test(arguments: [
        "accept", "authorization", "cookie", "x-requested-with", "x-authority", "content-type", "x-tesseract",
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
