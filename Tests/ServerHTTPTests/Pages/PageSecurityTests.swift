import ServerHTTP
import TestSupport
import Testing

@Suite struct PageSecurityTests {
    private static let own =
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; "
        + "frame-ancestors 'none'; base-uri 'none'"

    @Test(.requirement("9700-4.2.4-2", "oidc-form-post-4-1"))
    func `lets a page load nothing but its own style, script and pictures`() {
        #expect(PageSecurity.policy(formTarget: nil) == Self.own)
    }

    @Test(
        .requirement("oidc-form-post-4-1"),
        arguments: [
            ("https://orders.example/callback?x=1", "https://orders.example"),
            ("https://orders.example:8443", "https://orders.example:8443"),
            ("http://127.0.0.1:49152/cb", "http://127.0.0.1:49152"), ("http://[::1]:49152/cb", "http:"),
            ("com.example.app:/cb", "com.example.app:"),
        ])
    func `names the one origin that an answer goes to`(uri: String, source: String) {
        let policy = PageSecurity.policy(formTarget: uri)
        #expect(policy == Self.own.replacing("form-action 'self'", with: "form-action 'self' \(source)"))
    }

    @Test(arguments: [
        "https://a.example; script-src *", "https://a.example 'unsafe-inline'", "javascript:alert(1)",
        "data:text/html,x",
        "https:///x", "https://", "*", "", "//a.example", "https://a.example,b", "https://a@b.example/",
        "https://ä.example",
    ])
    func `lets no address add to the policy`(uri: String) {
        let policy = PageSecurity.policy(formTarget: uri)
        #expect(!policy.contains("unsafe") && !policy.contains("*") && !policy.contains(","))
        #expect(policy.split(separator: ";").count == 7)
        #expect(policy.split(separator: "script-src").count == 2)
    }
}
