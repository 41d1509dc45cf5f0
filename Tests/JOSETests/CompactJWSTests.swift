import JOSE
import TestSupport
import Testing

@Suite struct CompactJWSTests {
    private func error(_ text: String) -> JOSEError? {
        do {
            _ = try CompactJWS(text)
            return nil
        } catch {
            return error
        }
    }

    private func header(_ json: String) -> JOSEError? {
        error(Base64URL.encode(json.utf8) + ".e30.AA")
    }

    @Test(
        .requirement("7515-5.2-2", "7515-7.1-1", "7519-7.2-2", "7519-7.2-6"),
        arguments: [
            "", ".", "..", "...", "a", "a.b", "a.b.c.d", "a.b.c.d.e", "e30.e30.AA.", ".e30.e30.AA",
            #"{"payload":"e30","protected":"e30","signature":"AA"}"#,
            #"{"payload":"e30","signatures":[{"x":1.5},{"y":2.5}]}"#,
        ])
    func `refuses whatever has not three parts with a header`(text: String) {
        #expect(error(text) != nil)
    }

    @Test func `counts dots before it decodes anything`() {
        #expect(error("a.b") == .wrongNumberOfParts)
        #expect(error("?.?.?.?") == .wrongNumberOfParts)
        #expect(error(String(repeating: ".", count: 16_000)) == .wrongNumberOfParts)
        #expect(error(String(repeating: ".", count: 100_000)) == .tooLarge)
    }

    @Test func `refuses more than 16 KiB`() {
        let start = Base64URL.encode(#"{"alg":"ES256"}"#.utf8) + "."
        let rest = 16 * 1024 - start.utf8.count - 1
        let fits = String(repeating: "A", count: rest - rest % 4)
        #expect(error(start + fits + ".") == nil)
        #expect(error(start + String(repeating: "A", count: rest + 1) + ".") == .tooLarge)
    }

    @Test(
        .requirement("7515-5.2-3", "7515-5.2-8", "7515-5.2-9", "7519-7.2-3", "7519-7.2-10", "8725-3.3-2", "7515-2-1"),
        arguments: ["=", " ", "\n", "+", "/", "?", "%", "é", "\0"])
    func `refuses a foreign character in any part`(character: String) throws {
        let token = try Samples.token(header: #"{"alg":"ES256"}"#, by: Samples.key(.ES256))
        let parts = token.split(separator: ".").map(String.init)
        #expect(error(token) == nil)
        for place in 0..<3 {
            var before = parts
            before[place] = character + before[place]
            var after = parts
            after[place] += character
            #expect(error(before.joined(separator: ".")) == .invalidBase64URL)
            #expect(error(after.joined(separator: ".")) == .invalidBase64URL)
        }
    }

    @Test func `refuses unused bits that are set in any part`() {
        let header = Base64URL.encode(#"{"alg":"ES256" }"#.utf8)
        #expect(header.hasSuffix("fQ"))
        #expect(error(header + ".e30.AA") == nil)
        #expect(error(String(header.dropLast()) + "R.e30.AA") == .invalidBase64URL)
        #expect(error(header + ".e31.AA") == .invalidBase64URL)
        #expect(error(header + ".e30.AB") == .invalidBase64URL)
    }

    @Test(
        .requirement("7515-5.2-4", "7519-7.2-4", "7515-4-2", "7515-5.2-5"),
        arguments: [
            "", "[]", "null", #""x""#, "{", #"{"alg":"ES256""#, #"{"alg":"ES256",}"#, #"{"alg":"ES256"}x"#,
            #"{"alg":"ES256","alg":"ES256"}"#,
            #"{"alg":"ES256","\u0061lg":"none"}"#, #"{"alg":"ES256","x":1,"x":2}"#, #"{"alg":"ES256","x":"\ud800"}"#,
        ])
    func `refuses a header that is not one clean JSON object`(json: String) {
        guard case .invalidJSON = header(json) else {
            Issue.record("not refused as JSON: \(json)")
            return
        }
    }

    @Test func `refuses a header nested too deeply`() {
        let nested = String(repeating: "[", count: 16) + String(repeating: "]", count: 16)
        #expect(header(#"{"alg":"ES256","x":\#(nested)}"#) != nil)
    }

    @Test(
        .requirement("7515-4.1.1-4", "7515-4.1.1-5", "7515-5.2-10"),
        arguments: ["{}", #"{"alg":null}"#, #"{"alg":1}"#, #"{"alg":["ES256"]}"#, #"{"alg":{}}"#, #"{"ALG":"ES256"}"#])
    func `refuses a header without an algorithm`(json: String) {
        #expect(header(json) == .invalidHeaderMember("alg"))
    }

    @Test(.requirement("8725-3.2-4"), arguments: ["none", "None", "NONE", "nOnE", "n\\u006fne"])
    func `refuses none however it is written`(name: String) {
        #expect(header(#"{"alg":"\#(name)"}"#) == .unsupportedAlgorithm)
    }

    @Test(
        .requirement("7515-4.1.11-1", "7515-4.1.11-7", "7515-4-3", "7515-5.2-7", "7519-7.2-5"),
        arguments: [
            #"["exp"]"#, #"["b64"]"#, "[]", "null", #""x""#, #"["alg"]"#, "{}", "1",
            #"["http://example.com/UNDEFINED"]"#,
        ])
    func `refuses every crit, since it understands no extension`(value: String) {
        #expect(header(#"{"alg":"ES256","crit":\#(value),"exp":1}"#) == .criticalHeader)
    }

    @Test(.requirement("7515-5.2-7"), arguments: ["true", "false", "null", "1"])
    func `refuses b64 whatever it says`(value: String) {
        #expect(header(#"{"alg":"ES256","b64":\#(value)}"#) == .unencodedPayload)
    }

    @Test(
        .requirement("7515-4.1.4-1"),
        arguments: ["1", "null", "[]", "{}", "true", #"["a"]"#])
    func `refuses a kid, typ or cty that is no string`(value: String) {
        for name in ["kid", "typ", "cty"] {
            #expect(header(#"{"alg":"ES256","\#(name)":\#(value)}"#) == .invalidHeaderMember(name))
        }
    }

    @Test(.requirement("7515-4-4", "7515-4-5", "8725-3.10-2"))
    func `ignores what it does not know, and takes no key from a header`() throws {
        let key = try Samples.key(.ES256)
        let attacker = try SigningKey.generate(.ES256)
        let members = """
            "jwk":\(attacker.verificationKey.jwk.json.jsonText),\
            "jku":"https://evil.example/jwks","x5u":"https://evil.example/x",\
            "x5c":["AAAA"],"x5t":"AAAA","x5t#S256":"AAAA","new":{"a":[1]}
            """
        let good = try CompactJWS(Samples.token(header: #"{"alg":"ES256",\#(members)}"#, by: key))
        let bad = try CompactJWS(Samples.token(header: #"{"alg":"ES256",\#(members)}"#, by: attacker))
        #expect(try good.verify(by: key.verificationKey) == Array(#"{"sub":"alice"}"#.utf8))
        #expect(throws: JOSEError.invalidSignature) { try bad.verify(by: key.verificationKey) }
    }

    @Test(.requirement("7515-10.13-1", "7515-5.3-1"))
    func `reads escaped names and values of a header`() throws {
        let jws = try CompactJWS(
            Samples.token(header: #"{"\u0061lg":"\u0045S256","kid":"\u0073ig😀"}"#, by: Samples.key(.ES256)))
        #expect(jws.header.algorithm == "ES256")
        #expect(jws.header.keyID == "sig😀")
        #expect(try jws.verify(by: Samples.key(.ES256).verificationKey).count == 15)
    }
}
