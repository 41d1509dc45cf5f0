import Authenticators
import OAuth
import Testing

@Suite struct `A password hash` {
    private let hasher: PasswordHasher

    init() throws {
        let parameters = try #require(Argon2Parameters(memory: 64, passes: 1))
        hasher = PasswordHasher(
            PasswordHasherSettings(parameters: parameters, threads: 2, waiting: 1_024), secrets: .system)
    }

    /// The test vectors of the reference implementation, and more made with its binding for Python.
    @Test(arguments: [
        "$argon2d$v=19$m=256,t=2,p=1$c29tZXNhbHQ$JcTui6RIBUtJ78gE5Hi52CO+H5vS6Z9R1uxAB6OhUB8",
        "$argon2i$v=19$m=256,t=2,p=1$c29tZXNhbHQ$iekCn0Y3spW+sCcFanM2xBT63UP2sghkUoHLIUpWRS8",
        "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
        "$argon2id$v=19$m=256,t=2,p=4$c29tZXNhbHQ$O71Gv0rP/8cqejNQA/lwVH32qlqGxXH5",
        "$argon2i$m=256,t=2,p=1$c29tZXNhbHQ$/U3YPXYsSb3q9XxHvc0MLxur+GP960kN9j7emXX8zwY",
        "$argon2i$v=16$m=256,t=2,p=1$c29tZXNhbHQ$/U3YPXYsSb3q9XxHvc0MLxur+GP960kN9j7emXX8zwY",
    ]) func `of Argon2 verifies its password only`(text: String) async throws {
        try await expect(text, isOf: "password", notOf: ["Password", "passwor", "password "])
    }

    /// The vectors of crypt_blowfish, and hashes made with Python's bcrypt.
    @Test(arguments: [
        ("$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", "U*U"),
        ("$2a$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK", "U*U*"),
        ("$2a$05$XXXXXXXXXXXXXXXXXXXXXOAcXxm9kjPGEMsLznoKqmqw7tc8WCx4a", "U*U*U"),
        ("$2a$04$j3N3QDo3XfKmZtl8vYjEB.TShWxTbDHAFT3x.nvSulLxf7aYCHkVW", "correct horse battery"),
        ("$2b$04$f.oDZQlr1R2ba6jbGnyzhO2jWY3Ei91aGWvS8niyXBGpmgOY1iPPK", "correct horse battery"),
        ("$2y$04$f.oDZQlr1R2ba6jbGnyzhO2jWY3Ei91aGWvS8niyXBGpmgOY1iPPK", "correct horse battery"),
        ("$2b$05$JKFElttyCeD0V2ZWbBQJ3.fNGk936HXpij4sBW2JsyObXdRLXo7c2", "pässwörd"),
        ("$2b$04$dAYYwqv/7ZVBfU79r93TKeTIPwL5rx9G7B0S67dEbLX0EZ4xS1irC", String(repeating: "a", count: 72)),
    ]) func `of bcrypt verifies its password only`(text: String, password: String) async throws {
        try await expect(text, isOf: password, notOf: ["u" + password, String(password.dropLast()) + "x"])
    }

    @Test func `of bcrypt never takes two long passwords for one`() async throws {
        let hash = try PasswordHash("$2b$04$dAYYwqv/7ZVBfU79r93TKeTIPwL5rx9G7B0S67dEbLX0EZ4xS1irC")
        for length in [71, 73, 100, 600] {
            let other = try Password(String(repeating: "a", count: length))
            #expect(try await hasher.verify(other, against: hash) == false)
        }
    }

    /// Made with passlib, Django, and hashlib from the RFC 6070 inputs.
    @Test(arguments: [
        "$pbkdf2-sha256$2000$L8WY835PyTmntFbqfa8VQg$vb1xVoktJs82.EAfy4dvdVACsWYRFn0P1vRCNEKyyU4",
        "$pbkdf2-sha512$2000$3ptzzlmLkTKG0ForpTTGWA$"
            + "n.TzX6U1rQEOS9hm2DvWjEm400tBwiMJDbxKZOi41Y2Q89GO1Gw4YnnAtXBtlz0Gcgaj8ShGwQYBpxsLaj09TA",
        "pbkdf2_sha256$2000$oZb2vYkqJq0hU1sLxw3DcA$x3fnCy1L1+Ed0k4ZPOrtNwqcD7ZODUjC0ORJu8sS7CM=",
    ]) func `of PBKDF2 verifies its password only`(text: String) async throws {
        try await expect(text, isOf: "correct horse battery", notOf: ["correct horse batter", "x"])
    }

    @Test func `of PBKDF2 agrees with the vector of RFC 6070 for SHA-256`() async throws {
        let text =
            "$pbkdf2-sha256$4096$c2FsdFNBTFRzYWx0U0FMVHNhbHRTQUxUc2FsdFNBTFRzYWx0$"
            + "NIyJ28vTKy8y2BS4EW6EzysXNH68GAAYHE4qH7jdU.HGNVGMfaxH6Q"
        try await expect(text, isOf: "passwordPASSWORDpassword", notOf: ["passwordPASSWORDpasswor"])
    }

    @Test func `that is new has the current parameters and its own salt`() async throws {
        let password = try Password("correct horse battery staple")
        let one = try await hasher.hash(password)
        let other = try await hasher.hash(password)
        #expect(one != other)
        #expect(one.encoded.revealedValue.hasPrefix("$argon2id$v=19$m=64,t=1,p=1$"))
        #expect(try await hasher.verify(password, against: PasswordHash(one.encoded.revealedValue)))
        #expect(try await !hasher.verify(Password("correct horse battery stapl"), against: one))
        #expect(!one.needsUpgrade(to: hasher.settings.parameters))
    }

    @Test func `by default takes 19 MiB, two passes and one lane`() {
        let standard = Argon2Parameters.standard
        #expect((standard.memory, standard.passes, standard.lanes) == (19_456, 2, 1))
        #expect(Argon2Parameters(memory: 19_456, passes: 2) == standard)
    }

    @Test func `is upgraded unless it is what a new one would be`() throws {
        let current = Argon2Parameters.standard
        let salt = "MDEyMzQ1Njc4OWFiY2RlZg"
        let tag = "nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"
        #expect(try !PasswordHash("$argon2id$v=19$m=19456,t=2,p=1$\(salt)$\(tag)").needsUpgrade(to: current))
        for text in [
            "$argon2id$v=19$m=19455,t=2,p=1$\(salt)$\(tag)", "$argon2id$v=19$m=65536,t=2,p=1$\(salt)$\(tag)",
            "$argon2id$v=19$m=19456,t=1,p=1$\(salt)$\(tag)", "$argon2id$v=19$m=19456,t=2,p=2$\(salt)$\(tag)",
            "$argon2id$v=16$m=19456,t=2,p=1$\(salt)$\(tag)", "$argon2i$v=19$m=19456,t=2,p=1$\(salt)$\(tag)",
            "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$\(tag)",
            "$argon2id$v=19$m=19456,t=2,p=1$\(salt)$O71Gv0rP/8cqejNQA/lwVH32qlqGxXH5",
            "$2b$04$f.oDZQlr1R2ba6jbGnyzhO2jWY3Ei91aGWvS8niyXBGpmgOY1iPPK",
            "pbkdf2_sha256$2000$oZb2vYkqJq0hU1sLxw3DcA$x3fnCy1L1+Ed0k4ZPOrtNwqcD7ZODUjC0ORJu8sS7CM=",
        ] {
            #expect(try PasswordHash(text).needsUpgrade(to: current), "\(text)")
        }
    }

    @Test func `is never printed`() throws {
        let text = "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"
        let hash = try PasswordHash(text)
        var printed = ["\(hash)", String(reflecting: hash), "\([hash])", "\(hash.encoded)"]
        var dumped = ""
        dump(hash, to: &dumped)
        printed.append(dumped)
        #expect(printed.allSatisfy { !$0.contains("nf65") && !$0.contains("c29t") && !$0.contains("157") })
    }

    private func expect(_ text: String, isOf password: String, notOf others: [String]) async throws {
        let hash = try PasswordHash(text)
        #expect(hash.encoded.revealedValue == text)
        #expect(try await hasher.verify(Password(password), against: hash))
        for other in others { #expect(try await !hasher.verify(Password(other), against: hash), "\(other)") }
    }
}
