import JOSE
import TestSupport
import Testing

@Suite struct JSONWebKeyTests {
    @Test(
        arguments: [
            (Samples.es256, "EC", "P-256", Algorithm.ES256), (Samples.ed25519, "OKP", "Ed25519", .EdDSA),
            (Samples.rsa, "RSA", nil, nil),
        ] as [(String, String, String?, Algorithm?)])
    func `reads a private key and its public one`(
        json: String, type: String, curve: String?, algorithm: Algorithm?
    ) throws {
        let key = try Samples.jwk(json)
        #expect(key.keyType == type && key.curve == curve && key.algorithm == algorithm)
        #expect(key.isPrivate)
        #expect(!key.publicKey.isPrivate)
        #expect(key.publicKey.publicKey == key.publicKey)
        #expect(try JSONWebKey(key.publicKey.json) == key.publicKey)
        #expect(try JSONWebKey(key.json) == key)
    }

    @Test(
        .requirement("7517-7-1", "7517-9.2-1", "7515-10.2-1"), arguments: [Samples.es256, Samples.ed25519, Samples.rsa])
    func `a public key holds nothing private, not even members we do not know`(json: String) throws {
        let key = try Samples.jwk(json, [("k", .string("x")), ("seed", .string("x")), ("kid", .string("one"))])
        let allowed: Set = ["kty", "crv", "x", "y", "n", "e", "kid"]
        #expect(Set(key.publicKey.json.members.map(\.name)).isSubset(of: allowed))
        #expect(key.publicKey.keyID == "one")
        let set = JWKSet(keys: [key]).publicJSON.jsonText
        for name in ["\"d\"", "\"p\"", "\"q\"", "\"dp\"", "\"dq\"", "\"qi\"", "\"k\"", "seed"] {
            #expect(!set.contains(name))
        }
    }

    @Test(.requirement("7517-9.2-1", "7515-10.2-1"), arguments: Algorithm.allCases)
    func `a private key never prints itself`(algorithm: Algorithm) throws {
        let key = try Samples.key(algorithm)
        let secret = try #require(key.privateJWK.json.string("d"))
        var dumped = ""
        dump(key, to: &dumped)
        dump(key.privateJWK, to: &dumped)
        let texts = [
            "\(key)", String(reflecting: key), "\(key.privateJWK)", String(reflecting: key.privateJWK),
            "\(JWKSet(keys: [key.privateJWK]))", "\([key])", dumped,
        ]
        for text in texts {
            #expect(!text.contains(secret))
        }
    }

    @Test(.requirement("7517-4-2"))
    func `refuses a repeated member`() {
        let text = #"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","kty":"OKP"}"#
        #expect(throws: JOSEError.invalidJSON(JSONError(.duplicateName, at: 79))) { try Samples.jwk(text) }
    }

    @Test(.requirement("7517-4-3"))
    func `ignores members it does not know`() throws {
        let key = try Samples.jwk(
            Samples.ed25519, [("x5u", .string("https://keys.example")), ("new", .array([.null]))])
        #expect(key.keyType == "OKP")
    }

    @Test(.requirement("7517-4.1-1", "7517-4.1-2", "7517-4.1-3"), arguments: ["ec", "Ec", "oct", "AKP", "RSA ", ""])
    func `refuses another key type, and ours in another case`(type: String) {
        #expect(throws: JOSEError.unsupportedKeyType) { try Samples.jwk(Samples.es256, [("kty", .string(type))]) }
    }

    @Test(.requirement("7517-4.1-3"))
    func `refuses a key that lacks what its type requires`() {
        let required = [
            (Samples.es256, ["kty", "crv", "x", "y"]), (Samples.ed25519, ["kty", "crv", "x"]),
            (Samples.rsa, ["kty", "n", "e", "p", "q", "d"]),
        ]
        for (json, names) in required {
            for name in names {
                #expect(throws: JOSEError.missingKeyMember(name)) { try Samples.jwk(json, [(name, nil)]) }
                #expect(throws: JOSEError.invalidKeyMember(name)) { try Samples.jwk(json, [(name, .integer(1))]) }
            }
        }
    }

    @Test(.requirement("7517-9.3-1"))
    func `refuses a private RSA key without its public exponent`() {
        #expect(throws: JOSEError.missingKeyMember("e")) { try Samples.jwk(Samples.rsa, [("e", nil)]) }
    }

    @Test(arguments: ["P-521", "secp256k1", "p-256", "Ed25519", ""])
    func `refuses another curve`(curve: String) {
        #expect(throws: JOSEError.unsupportedCurve) { try Samples.jwk(Samples.es256, [("crv", .string(curve))]) }
    }

    @Test(.requirement("8725-3.4-1", "7638-7-1"))
    func `refuses coordinates of another length, off the curve, or written in a second way`() throws {
        let point = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"
        let bytes = try Base64URL.decode(point)
        let wrong = [
            Base64URL.encode(bytes.dropFirst()), Base64URL.encode([0] + bytes),
            Base64URL.encode(bytes.dropLast() + [0]), point + "=",
            String(point.dropLast()) + "V", "", Base64URL.encode([UInt8](repeating: 0xFF, count: 32)),
            Base64URL.encode([UInt8](repeating: 0, count: 32)),
        ]
        for text in wrong {
            #expect(throws: JOSEError.invalidKeyMember("x"), "\(text)") {
                try Samples.jwk(Samples.es256, [("x", .string(text)), ("d", nil)])
            }
        }
    }

    @Test(.requirement("8725-3.4-1"))
    func `refuses Ed25519 points of small order`() throws {
        let order8: [UInt8] = [
            0x26, 0xE8, 0x95, 0x8F, 0xC2, 0xB2, 0x27, 0xB0, 0x45, 0xC3, 0xF4, 0x89, 0xF2, 0xEF, 0x98, 0xF0, 0xD5, 0xDF,
            0xAC, 0x05,
            0xD3, 0xC6, 0x33, 0x39, 0xB1, 0x38, 0x02, 0x88, 0x6D, 0x53, 0xFC, 0x85,
        ]
        let weak: [[UInt8]] = [
            [UInt8](repeating: 0, count: 32), [1] + [UInt8](repeating: 0, count: 31),
            [0xEC] + [UInt8](repeating: 0xFF, count: 30) + [0x7F], [0xEE] + [UInt8](repeating: 0xFF, count: 31), order8,
        ]
        for x in weak {
            #expect(throws: JOSEError.invalidKeyMember("x")) {
                try Samples.jwk(Samples.ed25519, [("x", .string(Base64URL.encode(x))), ("d", nil)])
            }
        }
    }

    @Test(.requirement("8725-3.4-1"))
    func `refuses a private number that does not belong to the public key`() throws {
        let other = try SigningKey.generate(.ES256).privateJWK.json["d"]
        #expect(throws: JOSEError.invalidKeyMember("d")) { try Samples.jwk(Samples.es256, [("d", other)]) }
        #expect(throws: JOSEError.invalidKeyMember("d")) { try Samples.jwk(Samples.ed25519, [("d", other)]) }
        let zero = JSONValue.string(Base64URL.encode([UInt8](repeating: 0, count: 32)))
        #expect(throws: JOSEError.invalidKeyMember("d")) { try Samples.jwk(Samples.es256, [("d", zero)]) }
        let p = try Samples.jwk(Samples.rsa).json["p"]
        #expect(throws: JOSEError.invalidKeyMember("d")) { try Samples.jwk(Samples.rsa, [("q", p)]) }
        #expect(throws: JOSEError.invalidKeyMember("oth")) { try Samples.jwk(Samples.rsa, [("oth", .array([]))]) }
        #expect(throws: JOSEError.missingKeyMember("d")) { try Samples.jwk(Samples.rsa, [("d", nil)]) }
    }

    @Test(
        .requirement("7515-10.1-1", "7517-9.4-1"),
        arguments: [
            ("n", 127, JOSEError.keySizeOutOfRange), ("n", 255, .keySizeOutOfRange), ("n", 513, .keySizeOutOfRange),
        ])
    func `refuses RSA keys under 2048 and over 4096 bits`(name: String, bytes: Int, error: JOSEError) {
        let number = [0x80] + [UInt8](repeating: 1, count: bytes - 1)
        #expect(throws: error) { try publicRSA([(name, .string(Base64URL.encode(number)))]) }
    }

    @Test(.requirement("7638-7-1"), arguments: ["Aw", "AQAA", "AAEAAQ", "AQ", "", "AQAAAAE", "AQAAAAAB", "AQAB="])
    func `refuses RSA exponents that are small, even, huge or padded`(exponent: String) {
        #expect(throws: JOSEError.invalidKeyMember("e")) { try publicRSA([("e", .string(exponent))]) }
    }

    @Test(.requirement("7638-7-1"))
    func `refuses an RSA modulus that is even or starts with a zero octet`() throws {
        let n = try Base64URL.decode(try #require(try Samples.jwk(Samples.rsa).json.string("n")))
        for wrong in [[0] + n, n.dropLast() + [0x10]] {
            #expect(throws: JOSEError.invalidKeyMember("n")) {
                try publicRSA([("n", .string(Base64URL.encode(wrong)))])
            }
        }
    }

    private func publicRSA(_ changes: [(String, JSONValue?)]) throws -> JSONWebKey {
        let key = try Samples.jwk(Samples.rsa).publicKey.json.jsonText
        return try Samples.jwk(key, changes)
    }

    @Test(.requirement("7517-4.5-2", "7515-4.1.4-1"))
    func `kid, use and alg are strings`() throws {
        for name in ["kid", "use", "alg"] {
            for value: JSONValue in [.integer(1), .null, .array([]), .bool(true), .object(JSONObject())] {
                #expect(throws: JOSEError.invalidKeyMember(name)) { try Samples.jwk(Samples.es256, [(name, value)]) }
            }
        }
        #expect(try Samples.jwk(Samples.es256, [("kid", .string("Key"))]).keyID == "Key")
    }

    @Test(.requirement("7517-4.3-2"))
    func `key_ops is an array of different strings`() {
        for value: JSONValue in [.string("sign"), .array([.integer(1)]), .array([.string("sign"), .string("sign")])] {
            #expect(throws: JOSEError.invalidKeyMember("key_ops")) {
                try Samples.jwk(Samples.es256, [("key_ops", value)])
            }
        }
    }
}
