import OAuth
import TestSupport
import Testing

@Suite struct `Form parameters` {
    private func form(_ text: String) throws -> FormParameters { try FormParameters(Array(text.utf8)) }

    @Test(.requirement("6749-4.4.2-1")) func `are decoded once, plus being a space`() throws {
        let form = try form("scope=a+b%20c&x=%2B%25&name=%C3%A9")
        #expect(form["scope"] == "a b c")
        #expect(form["x"] == "+%")
        #expect(form["name"] == "é")
    }

    @Test(arguments: [
        ("plain", "plain"), ("a%20b+c", "a b c"), ("%c3%a5", "å"), ("å", "å"), ("~!*'()", "~!*'()"),
        (String(repeating: "x", count: 300) + "%41", String(repeating: "x", count: 300) + "A"),
    ])
    func `mean the same with and without anything to undo`(encoded: String, text: String) throws {
        #expect(try FormParameters(Array("a=\(encoded)".utf8))["a"] == text)
    }

    @Test(.requirement("6749-3.2-7"), arguments: ["a=1&a=2", "a=1&a=1", "a=1&%61=2"])
    func `are refused when one is given twice`(body: String) {
        #expect(throws: OAuthError.self) { try form(body) }
    }

    @Test(.requirement("6749-3.2-7")) func `may repeat the resource, and nothing else`() throws {
        #expect(try form("resource=a&resource=b").all("resource") == ["a", "b"])
    }

    @Test(.requirement("6749-3.2-5"), arguments: ["a=", "a", "&&", "a=&a=1"])
    func `count as absent without a value`(body: String) throws {
        #expect(try form(body)["a"] == (body == "a=&a=1" ? "1" : nil))
    }

    @Test(arguments: ["a=%", "a=%4", "a=%zz", "%=1", "a=%ff", "a=%c0%ae", "a=%ed%a0%80", "a=%00", "a=\u{0}"])
    func `are refused when they cannot be read`(body: String) {
        #expect(throws: OAuthError.self) { try form(body) }
    }

    @Test func `are refused above a hundred, however many there are`() throws {
        let hundred = (0..<100).map { "p\($0)=1" }.joined(separator: "&")
        #expect(try form(hundred).names.count == 100)
        #expect(throws: OAuthError.self) { try form(hundred + "&q=1") }
        #expect(throws: OAuthError.self) { try form(String(repeating: "x", count: 129) + "=1") }
    }
}

@Suite struct `A token request` {
    private func request(_ text: String) throws -> TokenRequest { try TokenRequest(FormParameters(Array(text.utf8))) }

    @Test(.requirement("6749-4.4.2-2")) func `names its grant type`() {
        #expect(throws: OAuthError(.invalidRequest, "grant_type is missing")) { try request("scope=a") }
    }

    @Test(
        .requirement("6749-5.2-9", "6749-4.4.2-3"),
        arguments: ["password", "CLIENT_CREDENTIALS", "client_credentials ", "implicit", "token"])
    func `is refused for a grant type that is not offered`(name: String) throws {
        let error = #expect(throws: OAuthError.self) { try request("grant_type=\(name.replacing(" ", with: "%20"))") }
        #expect(error?.code == .unsupportedGrantType)
    }

    @Test(.requirement("6749-3.2-6")) func `may carry parameters that nobody knows`() throws {
        let expected = ClientCredentialsParameters(scope: try Scope("a b"), resource: nil)
        #expect(try request("grant_type=client_credentials&scope=a+b&zzz=1") == .clientCredentials(expected))
    }

    @Test(.requirement("8707-3-2")) func `names one resource at most`() throws {
        let error = #expect(throws: OAuthError.self) {
            try request("grant_type=client_credentials&resource=https://a.test&resource=https://b.test")
        }
        #expect(error?.code == .invalidTarget)
    }
}
