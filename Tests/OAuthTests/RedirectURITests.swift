import OAuth
import TestSupport
import Testing

@Suite struct `A redirect URI` {
    private static let registered = "https://app.example/cb"

    @Test func `is matched byte for byte`() {
        let match = RedirectURI.match(Self.registered, registered: [Self.registered], allowingLoopbackPorts: true)
        #expect(match?.rawValue == Self.registered)
    }

    @Test(
        .requirement("8252-8.4-1", "8252-8.4-2", "9700-2.1-1", "9700-4.1.1-1", "9700-4.1.3-1"),
        arguments: [
            registered + "/", registered + "/x", registered + "?a=1", registered + "#f", "https://APP.example/cb",
            "https://app.example/CB", "https://app.example:443/cb", "https://app.example", "http://app.example/cb",
            "https://app.example/c%62", "https://app.example/x/../cb", "https://a@app.example/cb",
            "https://app.example.evil.example/cb", "https://app.example\\@evil.example/cb", " " + registered,
            registered + "\u{301}", "", "javascript:alert(1)",
        ])
    func `is nothing but one of those registered`(text: String) {
        #expect(RedirectURI.match(text, registered: [Self.registered], allowingLoopbackPorts: true) == nil)
    }

    @Test(
        .requirement("8252-7.3-1", "8252-7.3-2", "8252-8.3-1", "9700-2.1-1"),
        arguments: [
            ("http://127.0.0.1/cb", "http://127.0.0.1:51004/cb", true),
            ("http://127.0.0.1:1/cb?a=1", "http://127.0.0.1:65535/cb?a=1", true),
            ("http://[::1]:8080/cb", "http://[::1]/cb", true),
            ("http://127.0.0.1/cb", "http://[::1]:80/cb", false),
            ("http://127.0.0.1/cb", "http://127.0.0.1:0/cb", false),
            ("http://127.0.0.1/cb", "http://127.0.0.1:080/cb", false),
            ("http://127.0.0.1/cb", "http://127.0.0.1:65536/cb", false),
            ("http://127.0.0.1/cb", "http://127.0.0.1:80/other", false),
            ("http://127.0.0.1/cb", "http://127.0.0.1:80/cb?x", false),
            ("http://127.0.0.1/cb", "http://127.0.0.1:@evil.example/cb", false),
            ("http://127.0.0.1/cb", "http://127.0.0.1:80@evil.example/cb", false),
            ("http://127.0.0.1/cb", "http://127.0.0.1.evil.example/cb", false),
            ("http://127.0.0.1/cb", "https://127.0.0.1:80/cb", false),
            ("http://localhost/cb", "http://localhost:80/cb", false),
            ("https://app.example/cb", "https://app.example:80/cb", false),
        ])
    func `of a native client varies in its loopback port only`(registered: String, asked: String, matches: Bool) {
        let native = RedirectURI.match(asked, registered: [registered], allowingLoopbackPorts: true)
        #expect((native != nil) == matches)
        #expect(RedirectURI.match(asked, registered: [registered], allowingLoopbackPorts: false) == nil)
    }

    @Test(
        .requirement("8252-7.2-1"),
        arguments: [
            "https://app.example/cb", "https://app.example", "https://app.example:8443/a/b?x=y", "https://a_b.example/",
            "https://[2001:db8::1]/cb",
        ])
    func `of a web client can be registered over https`(text: String) {
        #expect(RedirectURI.registrationProblem(text, isNative: false) == nil)
    }

    @Test(
        .requirement("8252-7.1-1", "8252-7.2-1"),
        arguments: [
            "http://127.0.0.1/cb", "http://[::1]:9/cb", "http://localhost:8080/cb", "com.example.app:/cb",
            "com.example.app://cb", "https://app.example/cb",
        ])
    func `of a native client can be loopback or a scheme of its own`(text: String) {
        #expect(RedirectURI.registrationProblem(text, isNative: true) == nil)
    }

    @Test(
        .requirement("8252-7.1-2", "8252-8.4-4", "9700-4.1.1-1"),
        arguments: [
            "", "/cb", "//app.example/cb", "app.example", "javascript:alert(1)//cb", "JaVaScRiPt:alert(1)",
            "data:text/html,x",
            "vbscript:x", "file:///etc/passwd", "blob:https://x", "about:blank", "myapp://cb", "http://app.example/cb",
            "https://user@app.example/cb", "https://app.example/cb#f", "https://app.example/*", "https://*.example/cb",
            "https://app.example\\cb", "https://app.example/a/../cb", "https://app.example/./cb",
            "https://app.example/%2e%2e/cb",
            "https://app.example/%2Fcb", "https://app.example/%5ccb", "https://app.example/%zz",
            "https://app.example/%0a",
            "https://app.example/cb%", "https://app.example/c b", "https://app.example/\n", "https://app.exämple/cb",
            "https://", "https:///cb", "https:app.example", "https://:8443/cb", "https://app.example:0/",
            "https://app.example:x/",
            "https://app.example:/", "https://APP.example/cb", "HTTPS://app.example/cb", "https://a..b/cb",
            "https://-a.b/cb",
            "https://[::1/cb", "https://[x]/cb", "https://app.example/\u{0}", "http://127.0.0.1.evil.example/cb",
            "http://127.0.0.1@evil.example/cb", "com.example.app:cb", "com.example.app://a@b/cb",
            "com.example.app:/../x",
            "https://app.example/" + String(repeating: "a", count: 2048),
        ])
    func `is refused when it could lead elsewhere`(text: String) {
        #expect(RedirectURI.registrationProblem(text, isNative: false) != nil)
        #expect(RedirectURI.registrationProblem(text, isNative: true) != nil)
    }

    @Test(.requirement("9700-2.6-3"), arguments: ["http://127.0.0.1/cb", "http://localhost/cb", "com.example.app:/cb"])
    func `of a web client is never on the device`(text: String) {
        #expect(RedirectURI.registrationProblem(text, isNative: false) != nil)
    }

    @Test(arguments: [
        ("https://app.example:8443/cb?x", "https://app.example:8443", "app.example", false),
        ("http://[::1]:1/cb", "http://[::1]:1", "[::1]", true),
        ("http://127.0.0.1", "http://127.0.0.1", "127.0.0.1", true),
        ("com.example.app:/cb", "com.example.app:", nil, true),
    ])
    func `knows where it leads`(text: String, origin: String, host: String?, isOnDevice: Bool) throws {
        let uri = try #require(RedirectURI.match(text, registered: [text], allowingLoopbackPorts: false))
        #expect(uri.origin == origin && uri.host == host && uri.isOnDevice == isOnDevice)
    }
}
