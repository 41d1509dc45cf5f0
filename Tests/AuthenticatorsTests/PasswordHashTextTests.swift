import Authenticators
import OAuth
import Testing

@Suite struct `The text of a password hash` {
    private static let salt = "c29tZXNhbHQ"
    private static let tag = "nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"
    private static let valid = [
        "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
        "$argon2i$m=256,t=2,p=1$c29tZXNhbHQ$/U3YPXYsSb3q9XxHvc0MLxur+GP960kN9j7emXX8zwY",
        "$2b$04$f.oDZQlr1R2ba6jbGnyzhO2jWY3Ei91aGWvS8niyXBGpmgOY1iPPK",
        "$pbkdf2-sha256$2000$L8WY835PyTmntFbqfa8VQg$vb1xVoktJs82.EAfy4dvdVACsWYRFn0P1vRCNEKyyU4",
        "pbkdf2_sha256$2000$oZb2vYkqJq0hU1sLxw3DcA$x3fnCy1L1+Ed0k4ZPOrtNwqcD7ZODUjC0ORJu8sS7CM=",
    ]

    @Test(arguments: [
        "", "$", "$$", "$$$$$$$$", "argon2id", "password", "$argon2id", "$argon2id$v=19$m=256,t=2,p=1$\(salt)",
        "argon2id$v=19$m=256,t=2,p=1$\(salt)$\(tag)", "$Argon2id$v=19$m=256,t=2,p=1$\(salt)$\(tag)",
        "$argon2id$v=19$m=256,t=2,p=1$\(salt)$\(tag)$", "$argon2id$v=19$m=256,t=2,p=1$\(salt)$\(tag)=",
        "$argon2id$v=19$m=256,t=2,p=1$\(salt)$\(tag) ", "$argon2id$v=19$m=256,t=2,p=1$\(salt)$\(tag)\0",
        "$argon2id$v=19$m=0256,t=2,p=1$\(salt)$\(tag)", "$argon2id$v=19$m=+256,t=2,p=1$\(salt)$\(tag)",
        "$argon2id$v=19$m=256,t=2,p=1,keyid=1$\(salt)$\(tag)", "$argon2id$v=19$t=2,m=256,p=1$\(salt)$\(tag)",
        "$argon2id$v=19$m=256,t=2$\(salt)$\(tag)", "$argon2id$v=18$m=256,t=2,p=1$\(salt)$\(tag)",
        "$argon2id$v=019$m=256,t=2,p=1$\(salt)$\(tag)", "$argon2id$v=19$v=19$m=256,t=2,p=1$\(salt)$\(tag)",
        // Unused bits that are set, and an impossible length.
        "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHR$\(tag)", "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhb$\(tag)",
        "$argon2id$v=19$m=256,t=2,p=1$\(salt)$YWJj", "$argon2id$v=19$m=256,t=2,p=1$YWJj$\(tag)",
        "$2b$4$f.oDZQlr1R2ba6jbGnyzhO2jWY3Ei91aGWvS8niyXBGpmgOY1iPPK",
        "$2b$004$f.oDZQlr1R2ba6jbGnyzhO2jWY3Ei91aGWvS8niyXBGpmgOY1iPP",
        "$2x$04$f.oDZQlr1R2ba6jbGnyzhO2jWY3Ei91aGWvS8niyXBGpmgOY1iPPK",
        "$2$04$f.oDZQlr1R2ba6jbGnyzhO2jWY3Ei91aGWvS8niyXBGpmgOY1iPPKx",
        "$2b$04$f.oDZQlr1R2ba6jbGnyzhO2jWY3Ei91aGWvS8niyXBGpmgOY1iPP",
        "$2b$04$f.oDZQlr1R2ba6jbGnyzhO2jWY3Ei91aGWvS8niyXBGpmgOY1iPP:",
        "pbkdf2_sha256$2000$oZb2vYkqJq0hU1sLxw3DcA$x3fnCy1L1+Ed0k4ZPOrtNwqcD7ZODUjC0ORJu8sS7CM",
        "pbkdf2_sha256$2000$oZb2vYkqJq0hU1sLxw3DcA$x3fnCy1L1+Ed0k4ZPOrtNwqcD7ZODUjC0ORJu8sS7CM==",
        "$pbkdf2_sha256$2000$oZb2vYkqJq0hU1sLxw3DcA$x3fnCy1L1+Ed0k4ZPOrtNwqcD7ZODUjC0ORJu8sS7CM=",
        "$pbkdf2-sha1$2000$L8WY835PyTmntFbqfa8VQg$vb1xVoktJs82.EAfy4dvdVACsWYRFn0P1vRCNEKyyU4",
        "$pbkdf2-sha256$2000$L8WY835PyTmntFbqfa8VQg$vb1xVoktJs82+EAfy4dvdVACsWYRFn0P1vRCNEKyyU4",
        "$1$abcdefgh$0123456789abcdefghijkl", "$5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc8",
    ]) func `has one spelling`(text: String) {
        #expect(throws: PasswordHashError.malformed) { try PasswordHash(text) }
    }

    @Test(arguments: [
        "$argon2id$v=19$m=262145,t=2,p=1$\(salt)$\(tag)", "$argon2id$v=19$m=4294967295,t=2,p=1$\(salt)$\(tag)",
        "$argon2id$v=19$m=99999999999999999999,t=2,p=1$\(salt)$\(tag)", "$argon2id$v=19$m=7,t=2,p=1$\(salt)$\(tag)",
        "$argon2id$v=19$m=256,t=17,p=1$\(salt)$\(tag)", "$argon2id$v=19$m=256,t=0,p=1$\(salt)$\(tag)",
        "$argon2id$v=19$m=256,t=2,p=17$\(salt)$\(tag)", "$argon2id$v=19$m=256,t=2,p=0$\(salt)$\(tag)",
        "$argon2id$v=19$m=16,t=2,p=4$\(salt)$\(tag)",
        "$2b$03$f.oDZQlr1R2ba6jbGnyzhO2jWY3Ei91aGWvS8niyXBGpmgOY1iPPK",
        "$2b$16$f.oDZQlr1R2ba6jbGnyzhO2jWY3Ei91aGWvS8niyXBGpmgOY1iPPK",
        "$2b$31$f.oDZQlr1R2ba6jbGnyzhO2jWY3Ei91aGWvS8niyXBGpmgOY1iPPK",
        "pbkdf2_sha256$5000001$oZb2vYkqJq0hU1sLxw3DcA$x3fnCy1L1+Ed0k4ZPOrtNwqcD7ZODUjC0ORJu8sS7CM=",
        "pbkdf2_sha256$999$oZb2vYkqJq0hU1sLxw3DcA$x3fnCy1L1+Ed0k4ZPOrtNwqcD7ZODUjC0ORJu8sS7CM=",
        "pbkdf2_sha256$-2000$oZb2vYkqJq0hU1sLxw3DcA$x3fnCy1L1+Ed0k4ZPOrtNwqcD7ZODUjC0ORJu8sS7CM=",
    ]) func `may not ask for absurd work`(text: String) {
        #expect(throws: PasswordHashError.malformed) { try PasswordHash(text) }
    }

    @Test func `is refused when it is long, before it is taken apart`() {
        #expect(throws: PasswordHashError.malformed) { try PasswordHash(String(repeating: "$", count: 1 << 20)) }
        #expect(throws: PasswordHashError.malformed) {
            try PasswordHash("$argon2id$v=19$m=256,t=2,p=1$" + String(repeating: "A", count: 1 << 20))
        }
    }

    /// 20,000 texts near valid ones: each is refused, or read as a hash that is written as exactly this text.
    @Test func `survives any change`() throws {
        var random = Xorshift(state: 0x9e37_79b9_7f4a_7c15)
        var read = 0
        for round in 0..<20_000 {
            var bytes = Array(Self.valid[round % Self.valid.count].utf8)
            for _ in 0...Int(random.next() % 3) {
                random.change(&bytes)
            }
            let text = String(decoding: bytes, as: UTF8.self)
            guard let hash = try? PasswordHash(text) else { continue }
            read += 1
            #expect(hash.encoded.revealedValue == text)
        }
        #expect(read > 100, "the changes must sometimes leave a hash")
    }

    @Test func `is refused at every length but its own`() throws {
        for text in Self.valid {
            for length in 0..<text.utf8.count {
                let part = String(text.prefix(length))
                // A tag may be shorter; then it is another hash, and written as such.
                if let hash = try? PasswordHash(part) { #expect(hash.encoded.revealedValue == part) }
            }
            #expect(try PasswordHash(text).encoded.revealedValue == text)
        }
    }
}

/// Numbers that are the same in each run.
private struct Xorshift {
    var state: UInt64

    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }

    /// Replaces, inserts, removes or doubles something.
    mutating func change(_ bytes: inout [UInt8]) {
        guard !bytes.isEmpty else { return bytes.append(UInt8(ascii: "$")) }
        let index = Int(next() % UInt64(bytes.count))
        let letters = Array("$=,.+/0159aZvmtp\0é".utf8)
        let letter = letters[Int(next() % UInt64(letters.count))]
        switch next() % 5 {
        case 0: bytes[index] = letter
        case 1: bytes.insert(letter, at: index)
        case 2: bytes.remove(at: index)
        case 3: bytes.removeSubrange(index...)
        default: bytes.insert(contentsOf: bytes[index...], at: index)
        }
    }
}
