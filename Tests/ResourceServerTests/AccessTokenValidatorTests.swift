import JOSE
import OAuth
import ResourceServer
import TestSupport
import Testing

@Suite struct AccessTokenValidatorTests {
    private let crafted: CraftedIssuer
    private let now = CraftedIssuer.now

    init() throws { crafted = try CraftedIssuer() }

    private func problem(_ token: Secret, at time: NumericDate? = nil) async -> TokenProblem? {
        do {
            _ = try await crafted.validator().validate(token, at: time ?? now)
            return nil
        } catch {
            guard case .invalidToken(let problem) = error else { return nil }
            return problem
        }
    }

    @Test func `says who may do what`() async throws {
        let token = try await crafted.validator().validate(crafted.token(), at: now)
        #expect(token.subject.rawValue == "u1" && token.clientID?.rawValue == "app" && token.tokenID?.rawValue == "t1")
        #expect(token.scope == Scope(unchecked: ["read", "write"]) && token.audience == [CraftedIssuer.resource])
        #expect(token.authentication?.acr == "2" && token.authentication?.session?.rawValue == "s1")
        #expect(token.expiresAt == now + .seconds(300) && token.issuer == crafted.issuer)
    }

    @Test func `takes a token for several resources, and one of a program`() async throws {
        let several = try crafted.token([
            ("aud", .array([.string("https://b.example"), .string("https://api.example/")]))
        ])
        #expect(try await crafted.validator().validate(several, at: now).audience.count == 2)
        let program = try crafted.token([("auth_time", nil), ("acr", nil), ("sid", nil), ("scope", nil)])
        let token = try await crafted.validator().validate(program, at: now)
        #expect(token.authentication == nil && token.scope.isEmpty)
    }

    /// RFC 9068 §2.2 and §4
    @Test(
        arguments: [
            ("iss", .string("https://as.example/"), TokenProblem.wrongIssuer), ("iss", nil, .wrongIssuer),
            ("iss", .array([.string("https://as.example")]), .wrongIssuer),
            ("aud", .string("https://api.example"), .wrongAudience),
            ("aud", .string("https://API.example/"), .wrongAudience),
            ("aud", .array([]), .malformed), ("aud", nil, .malformed), ("aud", .array([.integer(1)]), .malformed),
            ("exp", nil, .malformed), ("exp", .string("1900000000"), .malformed),
            ("exp", .integer(CraftedIssuer.now.secondsSince1970 - 30), .expired),
            ("iat", nil, .malformed), ("iat", .integer(CraftedIssuer.now.secondsSince1970 + 31), .fromTheFuture),
            ("nbf", .integer(CraftedIssuer.now.secondsSince1970 + 31), .notYetValid), ("nbf", .string("x"), .malformed),
            ("sub", nil, .malformed), ("sub", .string(""), .malformed), ("client_id", nil, .malformed),
            ("jti", nil, .malformed), ("scope", .array([.string("read")]), .malformed),
            ("scope", .string("a\"b"), .malformed), ("auth_time", .string("now"), .malformed),
            ("exp", .integer(Int64.min), .malformed), ("iat", .integer(Int64.max), .malformed),
            // RFC 9449 §6.1, RFC 8705 §3.1, and whatever else binds a token to a key
            (
                "cnf", .object(JSONObject([("jkt", .string("0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"))])),
                .senderConstrained
            ),
            (
                "cnf", .object(JSONObject([("x5t#S256", .string("bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2"))])),
                .senderConstrained
            ),
            ("cnf", .object(JSONObject([])), .senderConstrained), ("cnf", .null, .senderConstrained),
        ] as [(String, JSONValue?, TokenProblem)])
    func `refuses a token with one thing wrong`(name: String, value: JSONValue?, expected: TokenProblem) async throws {
        #expect(await problem(try crafted.token([(name, value)])) == expected)
    }

    @Test func `stretches times by the tolerance and no further`() async throws {
        let token = try crafted.token()
        #expect(await problem(token, at: now + .seconds(329)) == nil)
        #expect(await problem(token, at: now + .seconds(330)) == .expired)
        #expect(await problem(token, at: now - .seconds(30)) == nil)
        #expect(await problem(token, at: now - .seconds(31)) == .fromTheFuture)
        #expect(crafted.validator(tolerance: .seconds(9_999)).clockTolerance == .seconds(300))
    }

    /// RFC 8725 §3.11: an ID token or a logout token of the same issuer and key opens nothing.
    @Test(arguments: ["JWT", "", "logout+jwt", "at+jwtx", "secevent+jwt"])
    func `refuses a token of another type`(type: String) async throws {
        #expect(await problem(try crafted.token(type: type)) == .wrongType)
    }

    @Test func `takes the long form of the type`() async throws {
        #expect(await problem(try crafted.token(type: "application/at+jwt")) == nil)
    }

    @Test func `refuses keys and algorithms that the issuer does not publish`() async throws {
        let other = try SigningKey.generate(.ES256)
        #expect(await problem(try crafted.token(key: other)) == .unknownKey)
        let edward = try SigningKey.generate(.EdDSA)
        #expect(await problem(try crafted.token(key: edward)) == .unknownKey)
        // The right name over another key.
        var members = other.privateJWK.json.members.filter { $0.name != "kid" }.map { ($0.name, $0.value) }
        members.append(("kid", .string(crafted.key.id)))
        let imposter = try SigningKey(JSONWebKey(JSONObject(members)))
        #expect(await problem(try crafted.token(key: imposter)) == .wrongSignature)
    }

    private func token(header: String) throws -> Secret {
        let input =
            Base64URL.encode(Array(header.utf8)) + "." + Base64URL.encode(CraftedIssuer.claims().jsonBytes)
        return Secret(input + "." + Base64URL.encode(try crafted.key.signature(for: Array(input.utf8))))
    }

    /// As the issuer itself has it: a key with a name is meant by that name alone.
    @Test func `refuses a token that names no key where the issuer names its keys`() async throws {
        let token = try token(header: #"{"alg":"ES256","typ":"at+jwt"}"#)
        #expect(await problem(token) == .unknownKey)
        var nameless = crafted.key.privateJWK.publicKey.json
        nameless["kid"] = nil
        let keys = FixedKeys(JWKSet(keys: [try JSONWebKey(nameless)]))
        #expect(try await crafted.validator(keys).validate(token, at: now).keyID == nil)
    }

    /// The header of the token before is known; it must stand for no other.
    @Test func `reads each header as it is, whichever came before`() async throws {
        let validator = crafted.validator()
        let good = try crafted.token()
        let id = crafted.key.id
        for _ in 0..<2 {
            #expect(try await validator.validate(good, at: now).keyID == id)
            for (header, problem) in [
                (#"{"alg":"ES256","typ":"JWT","kid":"\#(id)"}"#, TokenProblem.wrongType),
                (#"{"alg":"ES256","typ":"at+jwt","kid":"\#(id)","crit":["x"]}"#, .malformed),
                (#"{"alg":"none","typ":"at+jwt","kid":"\#(id)"}"#, .malformed),
                (#"{"alg":"ES256","typ":"at+jwt","kid":"\#(id)x"}"#, .unknownKey),
            ] {
                let token = try token(header: header)
                let refusal = await #expect(throws: AccessRefusal.self) { try await validator.validate(token, at: now) }
                #expect(refusal == .invalidToken(problem), "\(header)")
            }
        }
    }

    @Test func `refuses every change of a byte`() async throws {
        let text = try crafted.token().revealedValue
        let bytes = Array(text.utf8)
        for index in stride(from: 0, to: bytes.count, by: 3) {
            var changed = bytes
            changed[index] = changed[index] == 0x41 ? 0x42 : 0x41
            let outcome = await problem(Secret(String(decoding: changed, as: UTF8.self)))
            #expect(outcome != nil, "byte \(index)")
        }
        for length in stride(from: 0, to: bytes.count, by: 7) {
            #expect(await problem(Secret(String(text.prefix(length)))) != nil)
        }
        #expect(await problem(Secret(String(repeating: "a", count: 100_000))) == .malformed)
    }

    @Test func `says when it cannot judge`() async throws {
        let cache = CraftedDownload(nil).cache()
        let refusal = await #expect(throws: AccessRefusal.self) {
            try await crafted.validator(cache).validate(crafted.token(), at: now)
        }
        #expect(refusal?.status == 503 && refusal?.challenge() == nil)
    }
}
