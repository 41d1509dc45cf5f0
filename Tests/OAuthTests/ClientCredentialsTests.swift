import JOSE
import OAuth
import TestSupport
import Testing

@Suite struct `Client credentials` {
    private func read(_ authorization: String?, _ form: String) throws -> ClientCredentials {
        try ClientCredentials(authorization: authorization, form: FormParameters(Array(form.utf8)))
    }

    /// Base64 with padding, written here so that the reader is not tested with its own inverse.
    private func base64(_ text: String) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
        let bytes = Array(text.utf8)
        var result = ""
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let chunk = bytes[start..<min(start + 3, bytes.count)]
            let value = chunk.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - chunk.count))
            for digit in 0..<4 {
                result.append(digit > chunk.count ? "=" : alphabet[value >> (18 - 6 * digit) & 63])
            }
        }
        return result
    }

    @Test(
        .requirement("6749-2.3.1-1"),
        arguments: [
            ("svc:secret", "secret"), ("svc:a%3Ab", "a:b"), ("svc:a:b", "a:b"), ("svc:a%2Bb+c%25", "a+b c%"),
            ("svc:%C3%A9", "é"), ("s%76c:x", "x"),
        ])
    func `in a Basic header are form-decoded`(userInfo: String, secret: String) throws {
        let credentials = try read("Basic " + base64(userInfo), "")
        #expect(credentials.clientID == ClientID("svc"))
        guard case .basic(let read) = credentials.proof else { return #expect(Bool(false), "not Basic") }
        #expect(read.revealedValue == secret)
    }

    @Test(arguments: [
        "Basic", "Basic ", "Basic !!!!", "Basic c3Zj", "Basic c3ZjOnNlY3JldA", "Basic c3ZjOnNlY3JldB==", "Bearer abc",
        "Basic c3ZjOiVmZg==", "Basic OnNlY3JldA==", "Basic c3ZjOnM=c3ZjOnM=", "Basic c3Zj-_8=",
    ])
    func `in a broken header are a failed authentication, not a crash`(header: String) {
        let error = #expect(throws: OAuthError.self) { try read(header, "") }
        #expect(error?.code == .invalidClient)
    }

    @Test func `in a huge header are a failed authentication`() {
        let error = #expect(throws: OAuthError.self) {
            try read("Basic " + String(repeating: "QUFB", count: 20_000), "")
        }
        #expect(error?.code == .invalidClient)
    }

    @Test(
        .requirement("6749-2.3-2", "6749-5.2-3"),
        arguments: [
            "client_id=svc&client_secret=s", "client_secret=s",
            "client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer&client_assertion=a.b.c",
            "client_id=other",
        ])
    func `by two methods at once are refused`(form: String) {
        let error = #expect(throws: OAuthError.self) { try read("Basic " + base64("svc:secret"), form) }
        #expect(error?.code == .invalidRequest)
    }

    @Test(.requirement("6749-2.3-2")) func `by assertion and secret are refused`() {
        let error = #expect(throws: OAuthError.self) {
            try read(
                nil,
                "client_id=svc&client_secret=s&client_assertion=a.b.c"
                    + "&client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
        }
        #expect(error?.code == .invalidRequest)
    }

    @Test(.requirement("6749-2.3.1-3", "6749-2.3.1-4")) func `in the body name the client and its secret`() throws {
        guard case .post(let secret) = try read(nil, "client_id=svc&client_secret=s").proof else {
            return #expect(Bool(false), "not a body secret")
        }
        #expect(secret.revealedValue == "s")
        let error = #expect(throws: OAuthError.self) { try read(nil, "client_secret=s") }
        #expect(error?.code == .invalidClient)
    }

    @Test(arguments: ["client_id=svc", "client_id=svc&client_secret="])
    func `without a proof are a bare name`(form: String) throws {
        guard case .none = try read(nil, form).proof else { return #expect(Bool(false), "a proof was found") }
    }

    @Test(
        .requirement("7521-4.2-1", "7521-4.2-2", "7523-2.2-1", "7523-2.2-2"),
        arguments: [
            "client_assertion=a.b.c", "client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion=a.b.c&client_assertion_type=urn:other",
        ])
    func `by assertion need the assertion and its type`(form: String) {
        let error = #expect(throws: OAuthError.self) { try read(nil, form) }
        #expect(error?.code == .invalidRequest)
    }

    @Test(.requirement("7521-4.2-3")) func `by assertion must not contradict client_id`() throws {
        let key = try SigningKey.generate(.ES256)
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("sub", "svc")
        writer.endObject()
        let assertion = try JWTSigner(key, type: "JWT").sign(writer.bytes)
        let form =
            "client_assertion=\(assertion)&client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
        #expect(try read(nil, form + "&client_id=svc").clientID == ClientID("svc"))
        let error = #expect(throws: OAuthError.self) { try read(nil, form + "&client_id=other") }
        #expect(error?.code == .invalidClient)
    }
}
