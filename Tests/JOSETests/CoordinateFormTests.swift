import JOSE
import TestSupport
import Testing

/// Multiples of the generators of P-256 and P-384 whose coordinates begin with zero octets; anybody can compute them anew.
@Suite struct `Coordinates without their leading zeroes` {
    struct Point: Sendable, CustomTestStringConvertible {
        let curve: String
        /// The private key.
        let d: String
        let full: (x: String, y: String)
        let short: (x: String, y: String)
        let thumbprint: String

        var testDescription: String { "\(curve) \(short.x)" }

        func json(_ x: String, _ y: String, d: String? = nil) -> JSONObject {
            var json = JSONObject([
                ("kty", .string("EC")), ("crv", .string(curve)), ("x", .string(x)), ("y", .string(y)),
            ])
            json["d"] = d.map { .string($0) }
            return json
        }
    }

    static let points = [
        // 379 G: x is short.
        Point(
            curve: "P-256", d: "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAXs",
            full: ("AFVDiUrz0A7X10Cr29dclrBod7eH219w7qeLkKjXwAo", "u0yFo9jqKe-q-iRAaRLdhNWxTcMr9lbvbGvVil2UP5I"),
            short: ("VUOJSvPQDtfXQKvb11yWsGh3t4fbX3Dup4uQqNfACg", "u0yFo9jqKe-q-iRAaRLdhNWxTcMr9lbvbGvVil2UP5I"),
            thumbprint: "7Yxe6c_3bAa6kiaK1G-BZmi9EeNsUmlcbdnrtLeuK4E"),
        // 43 G: y is short.
        Point(
            curve: "P-256", d: "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAACs",
            full: ("mGriUG8f8QTQQjCGHY9LSY9LxMbQCbMPdUTcEpuC0o0", "ADzMwKZGDgrjKKTZfTx7YdhvxiicGJ8lJREMRBuwfpc"),
            short: ("mGriUG8f8QTQQjCGHY9LSY9LxMbQCbMPdUTcEpuC0o0", "PMzApkYOCuMopNl9PHth2G_GKJwYnyUlEQxEG7B-lw"),
            thumbprint: "WZsjbh58q8kl1WsGShqtiycImZtCgGbukDn4RAacMig"),
        // 49350 G: both are.
        Point(
            curve: "P-256", d: "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAwMY",
            full: ("ACBiT32ylIIMMaIbEKJujhkFPYFHR6b3oOiRa-IpmbU", "AOon8vj6IRHZ23OPzZzn6Se6US8g_p8MWqQJnBvYUAI"),
            short: ("IGJPfbKUggwxohsQom6OGQU9gUdHpveg6JFr4imZtQ", "6ify-PohEdnbc4_NnOfpJ7pRLyD-nwxapAmcG9hQAg"),
            thumbprint: "kAORMhlgziJZIHgXEMPBV0UiV4FORQftLpCrZ8oCbzI"),
        // 40393 G: x begins with two zeroes.
        Point(
            curve: "P-256", d: "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAnck",
            full: ("AAA_XxeKoHBsQjHrblSVqhZCxbiplBJ8iUZfIplKQvk", "wkizN1mfDC8pdy4lbx1VScibqeVzE4LNHjzAnRDQC1U"),
            short: ("P18XiqBwbEIx625UlaoWQsW4qZQSfIlGXyKZSkL5", "wkizN1mfDC8pdy4lbx1VScibqeVzE4LNHjzAnRDQC1U"),
            thumbprint: "9oVmNy1iPvNhFhbYMkSE3kr6qIlLCyl9OltQnrN6QJE"),
        // 6394 G: both are.
        Point(
            curve: "P-384", d: "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAABj6",
            full: (
                "AMxoMfh3J8nqA-EUEF1kU0tXSW_7oI5sKD5Yshr9SPBE0QaiMhTizz8EEZg05q8O",
                "ANZnsXwTBTF6It9wmwWYPLgBCqkyUbi48ah_SxCnlv4PSr6BL6M4HH3pcZvXpfZj"
            ),
            short: (
                "zGgx-HcnyeoD4RQQXWRTS1dJb_ugjmwoPliyGv1I8ETRBqIyFOLPPwQRmDTmrw4",
                "1mexfBMFMXoi33CbBZg8uAEKqTJRuLjxqH9LEKeW_g9KvoEvozgcfelxm9el9mM"
            ),
            thumbprint: "W1xrVgFzIg-p6ngmjiUcD5zm8nX9pDZH_n1PwD5nlMI"),
    ]

    @Test(.requirement("8725-3.4-1"), arguments: points)
    func `are refused unless the caller says that they may be`(point: Point) throws {
        let short = point.json(point.short.x, point.short.y)
        #expect(throws: JOSEError.self) { try JSONWebKey(short) }
        #expect(throws: JOSEError.self) { try JSONWebKey(parsing: short.jsonBytes) }
        let set = JSONObject([("keys", .array([.object(short)]))])
        #expect(try JWKSet(set).keys.isEmpty)
        #expect(try JWKSet(parsing: set.jsonBytes).keys.isEmpty)
    }

    @Test(.requirement("7638-7-1"), arguments: points)
    func `are filled up: from then on both spellings are one key`(point: Point) throws {
        let full = try JSONWebKey(point.json(point.full.x, point.full.y))
        #expect(full.thumbprint() == point.thumbprint)
        for (x, y) in [
            point.short, point.full, (point.short.x, point.full.y), (point.full.x, point.short.y),
        ] {
            let json = point.json(x, y)
            let key = try JSONWebKey(json, coordinates: .leadingZeroesMayBeMissing)
            #expect(key == full && key.thumbprint() == point.thumbprint)
            #expect(key.json.string("x") == point.full.x && key.json.string("y") == point.full.y)
            #expect(key.publicKey.json == full.json)
            let set = try JWKSet(
                parsing: JSONObject([("keys", .array([.object(json)]))]).jsonBytes,
                coordinates: .leadingZeroesMayBeMissing)
            #expect(set.publicJSON == JWKSet(keys: [full]).publicJSON)
            #expect(set.keys(named: point.thumbprint) == [full])
        }
    }

    @Test(arguments: points)
    func `belong to the key that signs`(point: Point) throws {
        let signer = try SigningKey(JSONWebKey(point.json(point.full.x, point.full.y, d: point.d)))
        let message = Array("message".utf8)
        let signature = try signer.signature(for: message)
        let key = try JSONWebKey(
            point.json(point.short.x, point.short.y), coordinates: .leadingZeroesMayBeMissing)
        #expect(try VerificationKey(key).isValid(signature, for: message))
    }

    @Test func `keep every other member as it was`() throws {
        let point = Self.points[0]
        var json = point.json(point.short.x, point.short.y)
        for name in ["kid", "use", "note"] { json[name] = .string(name == "use" ? "sig" : "one") }
        let key = try JSONWebKey(json, coordinates: .leadingZeroesMayBeMissing)
        #expect(key.json.members.map(\.name) == json.members.map(\.name))
        #expect(key.keyID == "one" && key.use == "sig" && key.json.string("note") == "one")
    }

    @Test(arguments: points)
    func `are refused in a private key, whoever sends it`(point: Point) throws {
        #expect(try JSONWebKey(point.json(point.full.x, point.full.y, d: point.d)).isPrivate)
        #expect(throws: JOSEError.self) {
            try JSONWebKey(
                point.json(point.short.x, point.short.y, d: point.d), coordinates: .leadingZeroesMayBeMissing)
        }
    }

    /// One zero too many or too few, nothing at all, another text for the same octets.
    @Test(.requirement("8725-3.4-1"), arguments: points)
    func `are filled up from the fewest octets only`(point: Point) throws {
        let x = try Base64URL.decode(point.full.x)
        let fewest = Array(x.drop { $0 == 0 })
        var wrong = [
            "", "AA", "=", Base64URL.encode([0] + x), Base64URL.encode([0, 0] + x), Base64URL.encode(fewest) + "=",
            Base64URL.encode(fewest.dropFirst()), Base64URL.encode(fewest + [0]),
            Base64URL.encode([UInt8](repeating: 0, count: x.count)),
            Base64URL.encode([UInt8](repeating: 0, count: x.count - 1)),
        ]
        if x.count - fewest.count != 1 { wrong.append(Base64URL.encode([0] + fewest)) }
        for text in wrong where text != point.full.x {
            #expect(throws: JOSEError.invalidKeyMember("x"), "\(text)") {
                try JSONWebKey(point.json(text, point.full.y), coordinates: .leadingZeroesMayBeMissing)
            }
        }
        let nothing = Base64URL.encode([UInt8](repeating: 0, count: x.count))
        #expect(throws: JOSEError.self) {
            try JSONWebKey(point.json(nothing, nothing), coordinates: .leadingZeroesMayBeMissing)
        }
        #expect(throws: JOSEError.self) {
            try JSONWebKey(point.json(point.short.y, point.short.x), coordinates: .leadingZeroesMayBeMissing)
        }
    }

    @Test func `are no matter of Ed25519, whose octets are no number`() throws {
        let x = try Base64URL.decode("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")
        for text in [Base64URL.encode(x.dropFirst()), Base64URL.encode(x.dropLast())] {
            let json = JSONObject([("kty", .string("OKP")), ("crv", .string("Ed25519")), ("x", .string(text))])
            #expect(throws: JOSEError.invalidKeyMember("x")) {
                try JSONWebKey(json, coordinates: .leadingZeroesMayBeMissing)
            }
        }
    }
}
