import JOSE
import OAuth
import TestSupport
import Testing

@Suite struct `A scope` {
    @Test(.requirement("6749-3.3-2")) func `is a set: order and repetition do not matter`() throws {
        #expect(try Scope("a b a") == Scope("b a"))
        #expect(try Scope("a b a").description == "a b")
    }

    @Test(.requirement("6749-3.3-1"), arguments: ["a\"b", "a\\b", "a\tb", "a\nb", "é", "a\u{7F}", "a\u{0}"])
    func `has only the characters of the grammar`(text: String) {
        let error = #expect(throws: OAuthError.self) { try Scope(text) }
        #expect(error?.code == .invalidScope)
    }

    @Test func `is compared exactly`() throws {
        let scope = try Scope("read write")
        #expect(!scope.contains("Read") && !scope.contains("rea") && !scope.contains("read:all"))
        #expect(try !Scope("read:all").isSubset(of: scope))
    }

    @Test func `is bounded in length and number`() throws {
        #expect(try Scope((0..<128).map { "s\($0)" }.joined(separator: " ")).tokens.count == 128)
        #expect(throws: OAuthError.self) { try Scope((0..<129).map { "s\($0)" }.joined(separator: " ")) }
        #expect(throws: OAuthError.self) { try Scope(String(repeating: "a", count: 60_000)) }
    }
}

@Suite struct `A resource indicator` {
    @Test(arguments: ["https://api.example", "https://api.example/v1?x=1", "urn:example:api", "http://127.0.0.1:1/"])
    func `is an absolute URI`(text: String) throws {
        #expect(try ResourceIndicator(text).rawValue == text)
    }

    @Test(
        .requirement("8707-2-1", "8707-2-2", "8707-2-4"),
        arguments: [
            "api", "/api", "//api.example", "https://a.test#f", "https://a.test#", "https:", "https://", "https:///x",
            "",
            "https://a.test/ b", "https://a.test/\u{e9}", "1a:b", ":b", "https://a\\b",
        ])
    func `is refused when it is anything else`(text: String) {
        let error = #expect(throws: OAuthError.self) { try ResourceIndicator(text) }
        #expect(error?.code == .invalidTarget)
    }
}

@Suite struct `An issuer` {
    @Test(arguments: [
        ("https://id.example", "", "/.well-known/oauth-authorization-server"),
        ("https://id.example:8443/a/b", "/a/b", "/.well-known/oauth-authorization-server/a/b"),
        ("http://localhost:8080", "", "/.well-known/oauth-authorization-server"),
        ("http://[::1]:1/x", "/x", "/.well-known/oauth-authorization-server/x"),
    ])
    func `knows its addresses`(text: String, path: String, metadata: String) throws {
        let issuer = try #require(Issuer(text))
        #expect(issuer.path == path)
        #expect(issuer.metadataPath == metadata)
        #expect(issuer.url(of: .token) == text + "/token")
    }

    @Test(
        .requirement("8414-2-1"),
        arguments: [
            "http://id.example", "https://id.example/", "https://id.example?x", "https://id.example#x",
            "https://a@b.test",
            "https://ID.example", "https://", "id.example", "https://id.example//a", "https://id.example/a/../b",
            "https://id.example/%61", "ftp://id.example", "http://localhost.evil.test", "https://id.example:65536",
            "https://id.example:0", "https://id.example:08443",
            "https://id.example:x", "https://[::1]x", "https://id.example:", "",
        ])
    func `is refused when it is not a canonical https URL`(text: String) {
        #expect(Issuer(text) == nil)
    }
}

@Suite struct `A secret` {
    @Test func `cannot be printed by accident`() {
        let secret = Secret("tsc_do-not-show")
        #expect("\(secret)" == "<secret>")
        #expect(String(reflecting: secret) == "<secret>")
        #expect(String(describing: [secret]).contains("do-not-show") == false)
        var dumped = ""
        dump(secret, to: &dumped)
        #expect(!dumped.contains("do-not-show"))
    }

    @Test(.requirement("6749-10.10-1")) func `has 256 bits behind its prefix and never repeats`() {
        let secrets = (0..<2000).map { _ in SecretGenerator.system.secret(.clientSecret).revealedValue }
        #expect(Set(secrets).count == 2000)
        #expect(secrets.allSatisfy { $0.hasPrefix("tsc_") && $0.utf8.count == 4 + 43 })
    }

    /// Who copies the name of a request or a person to `tessera explain` must not be told of an unknown option.
    @Test func `names begin like no option of a command line`() {
        let names = (UInt8.min...UInt8.max).map { first in
            SecretGenerator { count in [first] + (1..<count).map { UInt8($0) } }.identifier()
        }
        #expect(names.allSatisfy { $0.first != "-" && $0.utf8.count == 22 })
        // Four first bytes would have made one: their names begin as four others do, and go on with 120 bits.
        #expect(Set(names).count == 252)
    }
}

@Suite struct `An error` {
    @Test(.requirement("6749-5.2-11", "6749-5.2-12", "6750-3-9", "6749-4.1.2.1-4"))
    func `carries only the characters that the grammar allows`() {
        #expect(OAuthError(.invalidRequest, "a\"b\\c\r\nd\u{e9}").description == "a?b?c??d??")
        for code in OAuthError.Code.allCases {
            #expect(code.rawValue.utf8.allSatisfy { (0x61...0x7A).contains($0) || $0 == 0x5F })
        }
    }

    @Test(.requirement("6749-5.2-2", "6749-5.2-14")) func `is a JSON object with a registered code`() throws {
        let json = try JSONObject(parsing: OAuthError(.invalidScope, "no").json)
        #expect(json.string("error") == "invalid_scope")
        #expect(json.string("error_description") == "no")
    }
}

@Suite struct `An identifier` {
    @Test(arguments: ["", " ", "a b", "a\n", "é", "a\u{0}"])
    func `is visible ASCII of bounded length`(text: String) {
        #expect(ClientID(text) == nil)
        #expect(ClientID(String(repeating: "x", count: 256)) == nil)
        #expect(ClientID("svc-1")?.rawValue == "svc-1")
    }
}
