import JOSE
import TestSupport
import Testing

@Suite struct JWTTests {
    private let type = JWTType.exactly("at+jwt")

    private func claims(_ text: String) -> [UInt8] { Array(text.utf8) }

    @Test(
        .requirement(
            "7515-5.1-1", "7515-5.1-3", "7515-5.1-6", "7515-5.1-8", "7519-7.1-1", "7519-7.1-2", "7519-7.1-3",
            "7519-5-1",
            "7515-5.2-11", "7519-7.2-7", "8725-3.1-3"),
        arguments: Algorithm.allCases)
    func `a signed token is verified and read again`(algorithm: Algorithm) throws {
        let key = try Samples.key(algorithm)
        let payload = #"{"iss":"https://issuer.example","sub":"ålice 😀","scope":"a b","exp":1300819380}"#
        let token = try JWTSigner(key, type: "at+jwt").sign(claims(payload))
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        #expect(parts.count == 3)
        #expect(try Base64URL.decode(parts[1]) == claims(payload))
        let verified = try UnverifiedJWT(token).verified(by: key.verificationKey, type: type)
        #expect(verified.claims.string("sub") == "ålice 😀")
        #expect(verified.claims.date("exp") == NumericDate(secondsSince1970: 1_300_819_380))
        #expect(verified.header.keyID == key.id)
    }

    @Test(arguments: Algorithm.allCases)
    func `a signer knows its own header, byte for byte, and believes nothing for it`(algorithm: Algorithm) throws {
        let key = try Samples.key(algorithm)
        let signer = JWTSigner(key, type: "at+jwt")
        let token = try signer.sign(claims(#"{"sub":"a"}"#))
        let known = try #require(try signer.recognise(token))
        #expect(try known.header == UnverifiedJWT(token).header)
        #expect(try known.verified(by: key.verificationKey, type: type).claims.string("sub") == "a")

        let other = JWTSigner(key, type: "JWT")
        #expect(try other.recognise(token) == nil)
        #expect(try signer.recognise("") == nil)
        #expect(throws: JOSEError.tooLarge) { try signer.recognise(token + String(repeating: "A", count: 20_000)) }
        #expect(throws: JOSEError.wrongNumberOfParts) { try signer.recognise(token + ".a") }
        let parts = token.split(separator: ".").map(String.init)
        #expect(throws: JOSEError.wrongNumberOfParts) { try signer.recognise(parts[0] + "." + parts[1]) }
        // Another payload under the same header and signature.
        let forged = try #require(
            try signer.recognise([parts[0], Base64URL.encode(claims("{}")), parts[2]].joined(separator: ".")))
        #expect(throws: JOSEError.invalidSignature) { try forged.verified(by: key.verificationKey, type: type) }
    }

    @Test(
        .requirement(
            "7515-4-1", "7515-10.12-2", "7515-4.1.1-2", "7515-5.1-2", "7515-5.1-4", "7515-5.1-5", "7515-6-1",
            "7515-6-2",
            "7515-4.1.9-2", "7515-4.1.9-4", "8725-3.11-1", "7519-5.2-1", "8725-3.2-3"),
        arguments: Algorithm.allCases)
    func `writes a header of algorithm, type and key name, each once`(algorithm: Algorithm) throws {
        let key = try Samples.key(algorithm)
        let token = try JWTSigner(key, type: "at+jwt").sign(claims("{}"))
        let header = try Base64URL.decode(try #require(token.split(separator: ".").first))
        #expect(
            String(decoding: header, as: UTF8.self)
                == #"{"alg":"\#(algorithm.rawValue)","typ":"at+jwt","kid":"\#(key.id)"}"#)
    }

    @Test(.requirement("7515-5.2-14", "7519-7.2-12", "8725-3.1-2", "7515-4.1.1-1"), arguments: Algorithm.allCases)
    func `a header with another algorithm than the key's is refused, though the signature is right`(
        name: Algorithm
    ) throws {
        let key = try Samples.key(.RS256)
        let token = try Samples.token(header: #"{"alg":"\#(name.rawValue)","typ":"at+jwt"}"#, by: key)
        guard name != .RS256 else {
            #expect(try UnverifiedJWT(token).verified(by: key.verificationKey, type: type).claims.count == 1)
            return
        }
        #expect(throws: JOSEError.algorithmMismatch) {
            try UnverifiedJWT(token).verified(by: key.verificationKey, type: type)
        }
    }

    @Test(
        .requirement("7515-4.1.1-3", "7515-5.3-2", "7519-7.3-2", "8725-3.2-1"),
        arguments: ["HS256", "HS384", "HS512", "ES256K", "RS1", "es256", "ES256 ", "", "ES512", "Ed25519", "RSA1_5"])
    func `an algorithm we do not have, or in another case, is refused`(name: String) throws {
        let key = try Samples.key(.ES256)
        let token = try Samples.token(header: #"{"alg":"\#(name)","typ":"at+jwt"}"#, by: key)
        #expect(throws: JOSEError.algorithmMismatch) {
            try UnverifiedJWT(token).verified(by: key.verificationKey, type: type)
        }
    }

    @Test(
        .requirement("7515-4.1.9-1", "7515-4.1.9-3", "7515-5.3-2", "7519-7.3-2", "8725-2.8-1"),
        arguments: [
            ("at+jwt", true), ("AT+JWT", true), ("application/at+jwt", true), ("Application/At+Jwt", true),
            ("JWT", false),
            ("at+jwt ", false), ("at/jwt", false), ("text/at+jwt", false), ("application/application/at+jwt", false),
            ("", false),
            ("at+jwT", true), ("at\u{212A}jwt", false), ("dpop+jwt", false), ("at\u{B}jwt", false),
        ])
    func `the type is compared as a media type`(written: String, accepted: Bool) throws {
        let key = try Samples.key(.EdDSA)
        let header = JSONObject([("alg", .string("EdDSA")), ("typ", .string(written))]).jsonText
        let token = try UnverifiedJWT(Samples.token(header: header, by: key))
        if accepted {
            #expect(try token.verified(by: key.verificationKey, type: type).claims.string("sub") == "alice")
        } else {
            #expect(throws: JOSEError.wrongType) { try token.verified(by: key.verificationKey, type: type) }
        }
    }

    @Test(.requirement("8725-2.8-1"))
    func `a token without a type is only accepted as an assertion`() throws {
        let key = try Samples.key(.EdDSA)
        let plain = try UnverifiedJWT(Samples.token(header: #"{"alg":"EdDSA"}"#, by: key))
        #expect(throws: JOSEError.wrongType) { try plain.verified(by: key.verificationKey, type: type) }
        #expect(try plain.verified(by: key.verificationKey, type: .jwtOrAbsent).header.type == nil)
        let accepted = [
            "JWT", "jwt", "client-authentication+jwt", "application/jwt", "application/client-authentication+jwt",
        ]
        for written in accepted + ["at+jwt", "logout+jwt", ""] {
            let token = try UnverifiedJWT(Samples.token(header: #"{"alg":"EdDSA","typ":"\#(written)"}"#, by: key))
            let verified = try? token.verified(by: key.verificationKey, type: .jwtOrAbsent)
            #expect((verified != nil) == accepted.contains(written), "\(written)")
        }
    }

    @Test(.requirement("7519-7.2-1", "7515-5.2-1", "8725-3.3-2"))
    func `a token of another key, or with any part exchanged, is refused`() throws {
        let key = try Samples.key(.EdDSA)
        let signer = JWTSigner(key, type: "at+jwt")
        let one = try signer.sign(claims(#"{"sub":"alice"}"#)).split(separator: ".")
        let two = try signer.sign(claims(#"{"sub":"mallory"}"#)).split(separator: ".")
        let foreign = try JWTSigner(SigningKey.generate(.EdDSA), type: "at+jwt").sign(claims(#"{"sub":"alice"}"#))
        let header = Base64URL.encode(#"{"typ":"at+jwt","alg":"EdDSA"}"#.utf8)
        for text in [
            foreign, "\(one[0]).\(two[1]).\(one[2])", "\(one[0]).\(one[1]).\(two[2])", "\(header).\(one[1]).\(one[2])",
            "\(one[0]).\(one[1]).", "\(one[0])..\(one[2])",
        ] {
            let token = try UnverifiedJWT(text)
            #expect(throws: JOSEError.invalidSignature) { try token.verified(by: key.verificationKey, type: type) }
        }
    }

    @Test(
        .requirement("7519-7.2-11", "7519-11-1", "7519-4-2"),
        arguments: [
            "", "[]", "null", "1", "{", "{}x", #"{"sub":"a","sub":"b"}"#, #"{"sub":"a","s\u0075b":"b"}"#,
            "eyJhbGciOiJub25lIn0.e30.",
            "\u{FEFF}{}", #"{"a":[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]}"#,
        ])
    func `claims that are not one clean JSON object are refused, though the signature is right`(payload: String) throws
    {
        let key = try Samples.key(.EdDSA)
        let token = try UnverifiedJWT(
            Samples.token(header: #"{"alg":"EdDSA","typ":"at+jwt"}"#, payload: payload, by: key))
        #expect(token.claimedSubject == nil)
        #expect {
            try token.verified(by: key.verificationKey, type: type)
        } throws: { error in
            guard case .invalidJSON = error as? JOSEError else { return false }
            return true
        }
    }

    @Test(.requirement("7519-4-3"))
    func `claims it does not know are kept and harm nothing`() throws {
        let key = try Samples.key(.EdDSA)
        let token = try JWTSigner(key, type: "at+jwt").sign(claims(#"{"sub":"a","new":{"deep":[1,2]},"other":null}"#))
        let verified = try UnverifiedJWT(token).verified(by: key.verificationKey, type: type)
        #expect(verified.claims.object("new")?["deep"]?.array?.count == 2)
    }

    @Test func `shows who a token claims to be from before it is verified`() throws {
        let key = try Samples.key(.EdDSA)
        let token = try UnverifiedJWT(JWTSigner(key, type: "JWT").sign(claims(#"{"iss":"client","sub":"client"}"#)))
        #expect(token.claimedIssuer == "client" && token.claimedSubject == "client")
        let numbers = try UnverifiedJWT(JWTSigner(key, type: "JWT").sign(claims(#"{"iss":1,"sub":["client"]}"#)))
        #expect(numbers.claimedIssuer == nil && numbers.claimedSubject == nil)
    }

    @Test func `errors say nothing of key or content`() throws {
        let key = try Samples.key(.EdDSA)
        let token = try UnverifiedJWT(
            Samples.token(header: #"{"alg":"ES256","typ":"at+jwt"}"#, payload: "secret", by: key))
        #expect {
            try token.verified(by: key.verificationKey, type: type)
        } throws: { error in
            "\(error)" == "header algorithm is not the key's"
        }
    }
}
