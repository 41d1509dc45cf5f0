import Crypto
import JOSE
import Testing

/// Makes tokens out of a good one: some still good, most not, each by a rule that attackers or faults follow.
struct TokenMutations {
    var random: SeededRandom
    let original: String
    let header: String
    let claims: [(name: String, json: String)]
    let signature: [UInt8]
    let issuer: PersonsIssuer
    let stranger: SigningKey

    init(of original: String, by issuer: PersonsIssuer, seed: UInt64) throws {
        random = SeededRandom(seed: seed)
        self.original = original
        self.issuer = issuer
        stranger = try SigningKey.generate(.ES256)
        let parts = original.split(separator: ".").map(String.init)
        try #require(parts.count == 3)
        header = String(decoding: try Base64URL.decode(parts[0]), as: UTF8.self)
        claims = try JSONObject(parsing: Base64URL.decode(parts[1])).members.map { member in
            (member.name, String(JSONObject([("_", member.value)]).jsonText.dropFirst(5).dropLast()))
        }
        signature = try Base64URL.decode(parts[2])
    }

    mutating func next() throws -> MutatedToken {
        switch random.next(16) {
        case 0, 1: flipped()
        case 2: encodedOtherwise()
        case 3: inOtherParts()
        case 4, 5, 6: try withHeader()
        case 7, 8, 9, 10: try withClaims()
        case 11: withSignature()
        case 12: try byOtherKeys()
        case 13: unlikeJWT()
        case 14: withScheme()
        default: try long()
        }
    }

    /// One bit, or one character that became another of the same alphabet.
    private mutating func flipped() -> MutatedToken {
        var bytes = Array(original.utf8)
        let index = random.next(bytes.count)
        if random.next(2) == 0 {
            bytes[index] ^= 1 << UInt8(random.next(7))
        } else {
            bytes[index] = random.pick(Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8))
        }
        return MutatedToken(change: "bit \(index)", text: String(decoding: bytes, as: UTF8.self))
    }

    /// The same bytes, written as base64url is not to be written (RFC 7515 §2).
    private mutating func encodedOtherwise() -> MutatedToken {
        var parts = original.split(separator: ".").map(String.init)
        let part = random.next(3)
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        let way = random.next(6)
        switch way {
        case 0: parts[part] += "="
        case 1: parts[part] += "=="
        case 2: parts[part] = parts[part].replacing("-", with: "+").replacing("_", with: "/")
        case 3:
            // What the last character has beyond the last byte.
            if let last = parts[part].last, let index = alphabet.firstIndex(of: last) {
                parts[part] = String(parts[part].dropLast()) + String(alphabet[index ^ 1])
            }
        case 4:
            var text = Array(parts[part])
            text.insert(random.pick([" ", "\n", "\t", "\r\n", "\u{b}", "\u{a0}"]), at: random.next(text.count))
            parts[part] = String(text)
        default: parts[part] += "A"
        }
        return MutatedToken(change: "encoding \(way) of part \(part)", text: parts.joined(separator: "."))
    }

    private mutating func inOtherParts() -> MutatedToken {
        let parts = original.split(separator: ".").map(String.init)
        let texts = [
            parts[0], parts[0] + "." + parts[1], original + ".", "." + original, original + "." + parts[2],
            parts[0] + "." + parts[1] + ".", parts[0] + ".." + parts[2], "." + parts[1] + "." + parts[2], "..", ".", "",
            original + "..", parts.joined(separator: ".."), parts.reversed().joined(separator: "."),
            original + original, original + " " + original, original + "," + original, original + "\n",
            original + "\u{0}", "\u{feff}" + original, original.uppercased(), original.lowercased(),
        ]
        let index = random.next(texts.count)
        return MutatedToken(change: "parts \(index)", text: texts[index])
    }

    /// Signatures that say the same, or nothing.
    private mutating func withSignature() -> MutatedToken {
        let (r, s) = (Array(signature.prefix(32)), Array(signature.suffix(32)))
        let zero = [UInt8](repeating: 0, count: 32)
        let der = (try? P256.Signing.ECDSASignature(rawRepresentation: signature)).map { Array($0.derRepresentation) }
        let values: [[UInt8]] = [
            // (r, n - s) is as valid as (r, s).
            r + Self.negated(s), s + r, r + zero, zero + s, zero + zero, r + Self.order, Self.order + s, der ?? [], [],
            Array(signature.dropLast()), signature + [0], [0] + signature, signature + signature, r,
            [0] + r + [0] + s, [UInt8](repeating: 255, count: 64), Self.negated(r) + s,
        ]
        let index = random.next(values.count)
        let text = original.split(separator: ".").prefix(2).joined(separator: ".")
        return MutatedToken(change: "signature \(index)", text: text + "." + Base64URL.encode(values[index]))
    }

    private static let order: [UInt8] = [
        0xFF, 0xFF, 0xFF, 0xFF, 0x00, 0x00, 0x00, 0x00, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xBC, 0xE6,
        0xFA, 0xAD, 0xA7, 0x17, 0x9E, 0x84, 0xF3, 0xB9, 0xCA, 0xC2, 0xFC, 0x63, 0x25, 0x51,
    ]

    /// The order of the curve less the number.
    private static func negated(_ number: [UInt8]) -> [UInt8] {
        var borrow = 0
        var result = order
        for index in result.indices.reversed() {
            let difference = Int(order[index]) - Int(number[index]) - borrow
            borrow = difference < 0 ? 1 : 0
            result[index] = UInt8(truncatingIfNeeded: difference)
        }
        return result
    }

    private mutating func unlikeJWT() -> MutatedToken {
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        func secret(_ prefix: String, _ length: Int, _ random: inout SeededRandom) -> String {
            prefix + String((0..<length).map { _ in random.pick(letters) })
        }
        let prefix = random.pick(["tsa_", "tsk_", "tsr_", "tsz_", "tsp_", "", "eyJ", "TSA_"])
        let length = random.pick([0, 1, 22, 43, 49, 64, 200])
        let opaque = secret(prefix, length, &random)
        let encrypted = (0..<5).map { _ in secret("", 20, &random) }.joined(separator: ".")
        let text = random.pick([
            opaque, opaque, encrypted, Base64URL.encode(Array(#"{"alg":"RSA-OAEP","enc":"A256GCM"}"#.utf8)) + "....",
            #"{"active":true}"#, "null", "true", "0", "=", "====", "undefined", "[object Object]", "Bearer " + original,
            original.replacing(".", with: "%2E"), original.replacing(".", with: "\u{2024}"), "\u{e9}\u{fe0f}",
        ])
        return MutatedToken(change: "no JWT", text: text)
    }

    private mutating func withScheme() -> MutatedToken {
        let scheme = random.pick([
            "bearer", "BEARER", "bEaReR", "Basic", "DPoP", "Bearer:", "Bearer,", "Bearer Bearer", "Bearer  ", "Token",
            "", "Bear", "Bearers", "bearer\u{fe0f}", "MAC",
        ])
        let isToken = random.next(3) > 0
        return MutatedToken(
            change: "scheme", text: isToken ? original : "x" + original, scheme: scheme)
    }

    /// Up to the longest that is read, and beyond.
    private mutating func long() throws -> MutatedToken {
        let length = random.pick([1_000, 8_000, 11_000, 11_800, 12_000, 12_200, 14_000, 20_000])
        switch random.next(4) {
        case 0: return MutatedToken(change: "dots", text: String(repeating: ".", count: length))
        case 1: return MutatedToken(change: "letters", text: String(repeating: "A", count: length))
        case 2: return MutatedToken(change: "long signature", text: original + String(repeating: "A", count: length))
        default:
            let padding = "\"" + String(repeating: "p", count: length) + "\""
            return MutatedToken(
                change: "long claims \(length)", text: try signed(claims: json(claims + [("padding", padding)])))
        }
    }

    // What the others are made with.

    func json(_ claims: [(name: String, json: String)]) -> String {
        "{" + claims.map { "\"\($0.name)\":\($0.json)" }.joined(separator: ",") + "}"
    }

    func signed(header: String? = nil, claims: String? = nil, by key: SigningKey? = nil) throws -> String {
        try signed(header: header, bytes: Array((claims ?? json(self.claims)).utf8), by: key)
    }

    func signed(header: String? = nil, bytes: [UInt8], by key: SigningKey? = nil) throws -> String {
        let input = Base64URL.encode(Array((header ?? self.header).utf8)) + "." + Base64URL.encode(bytes)
        return input + "." + Base64URL.encode(try (key ?? issuer.active).signature(for: Array(input.utf8)))
    }
}
