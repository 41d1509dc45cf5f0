import Gateway
import Testing

@Suite struct `The place to return to after a sign-in` {
    @Test(arguments: [
        ("/", "/"), ("/a/b?c=d&e=%2F", "/a/b?c=d&e=%2F"), ("/%7Euser?", "/~user?"),
        ("/a?to=//evil.example", "/a?to=//evil.example"),
        ("/a?q=\"<x>\"", "/a?q=%22%3Cx%3E%22"), ("/.tesserae", "/.tesserae"), ("/a/.tessera/b", "/a/.tessera/b"),
    ])
    func `is a path of this host in one spelling`(target: String, text: String) throws {
        let place = try ReturnTarget(target)
        #expect(place.text == text)
        #expect(try ReturnTarget(place.text) == place)
        #expect(try ReturnTarget(asked: "to=" + place.text) == place)
    }

    @Test(arguments: [
        ("//evil.example", ReturnTarget.Problem.path), ("/\\evil.example", .character), ("https://evil.example", .path),
        ("evil", .path), ("", .path), ("/a b", .character), ("/a\r\nb", .character), ("/a\u{0}", .character),
        ("/a#b", .character), ("/é", .character), ("/%2F/evil.example", .path), ("/..//evil.example", .path),
        ("/a;b", .path), ("/a?%zz", .query), ("/.tessera", .own), ("/.tessera/sign-out", .own), ("/.TESSERA/", .own),
        ("/%2e%74essera/callback", .own), ("/" + String(repeating: "a", count: 2_048), .tooLong),
        ("/?" + String(repeating: "\"", count: 700), .tooLong),
    ])
    func `is nothing else`(target: String, problem: ReturnTarget.Problem) {
        #expect(throws: problem) { try ReturnTarget(target) }
    }

    @Test func `stands in a query as it is, or as forms write it`() throws {
        #expect(try ReturnTarget(asked: nil) == .start)
        #expect(try ReturnTarget(asked: "") == .start)
        #expect(try ReturnTarget(asked: "x=1") == .start)
        #expect(try ReturnTarget(asked: "to=%2Fa%3Fb%3Dc%26d").text == "/a?b=c&d")
        #expect(try ReturnTarget(asked: "to=/a?b=c&d").text == "/a?b=c&d", "an unescaped one is all that follows")
        for query in ["to=%2F%2Fevil.example", "to=%2F%5Cevil.example", "to=/%252F", "to=%2Fa+b", "to=a&to=b", "to=%"] {
            #expect(throws: ReturnTarget.Problem.self, "\(query)") { try ReturnTarget(asked: query) }
        }
    }
}

@Suite struct `An origin where people sign in` {
    @Test(arguments: [
        "https://www.example.com", "https://a.example:8443", "http://127.0.0.1:8080", "http://[::1]:8080",
    ])
    func `is written as browsers write it`(text: String) {
        #expect(SignInOrigin(text)?.text == text)
    }

    @Test(arguments: [
        "http://www.example.com", "https://www.example.com/", "https://WWW.example.com", "https://www.example.com:443",
        "http://127.0.0.1:80", "www.example.com", "https://", "https://a.example/b", "https://user@a.example", "",
        "https://a.example.",
    ])
    func `is nothing else`(text: String) {
        #expect(SignInOrigin(text) == nil)
    }
}
