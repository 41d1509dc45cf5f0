import AuthorizationServer
import JOSE
import OAuth
import Storage
import Testing

@Suite struct `Registering a client` {
    private func fields(_ draft: ClientDraft) async throws -> [String] {
        let administration = Administration(provider: try await Issuance(registers: false).provider)
        return await problemFields { _ = try await administration.createClient(draft, by: .root, at: Issuance.start) }
    }

    private func draft(
        id: String? = "svc", name: String? = "Service", method: String? = "client_secret_basic",
        keySet: JSONObject? = nil, keySetURL: String? = nil, algorithm: String? = nil, grantTypes: [String]? = nil,
        origins: [String]? = nil
    ) -> ClientDraft {
        ClientDraft(
            id: id, name: name,
            credentials: CredentialsDraft(
                method: method, keySet: keySet, keySetURL: keySetURL, assertionAlgorithm: algorithm),
            grantTypes: grantTypes, allowedOrigins: origins)
    }

    static func keySet(_ keys: JSONObject...) -> JSONObject { JSONObject([("keys", .array(keys.map { .object($0) }))]) }
    static func publicKey(_ algorithm: Algorithm = .ES256) throws -> JSONObject {
        try SigningKey.generate(algorithm).verificationKey.jwk.json
    }

    @Test func `names every problem at once`() async throws {
        let draft = draft(
            id: "a/b", name: "", method: "client_secret_jwt", grantTypes: ["password"], origins: ["https://a.example/x"]
        )
        #expect(
            try await fields(draft) == ["id", "name", "authentication_method", "grant_types", "allowed_origins[0]"])
        #expect(
            try await fields(ClientDraft(name: nil, credentials: CredentialsDraft())) == [
                "name", "authentication_method",
            ])
    }

    @Test func `keeps the problems of reading it and does not repeat them as missing fields`() async throws {
        var draft = draft(name: nil)
        draft.problems = [Problem("name", "must be a string"), Problem("colour", "is no member of this request")]
        #expect(try await fields(draft) == ["name", "colour"])
    }

    @Test(arguments: [
        ("", true), ("a", false), ("a b", true), ("ü", true), ("-a", true), ("a%2Fb", true), ("..", true),
        ("a\n", true),
        (String(repeating: "a", count: 128), false), (String(repeating: "a", count: 129), true), ("svc_1.x~y-z", false),
        // As long as a pairwise subject, and one shorter.
        (String(repeating: "A", count: 43), true), (String(repeating: "A", count: 42), false),
    ])
    func `takes only ids that are safe in a URL and no client's name for a person`(
        id: String, isRefused: Bool
    ) async throws {
        #expect(try await fields(draft(id: id)) == (isRefused ? ["id"] : []))
    }

    @Test(arguments: [
        ("x", false), ("Grüße 漢字", false), ("   ", true), ("a\nb", true), ("a\u{2028}b", true), ("a\u{202E}b", true),
        ("a\u{0}b", true), ("a\u{1B}[31m", true), (String(repeating: "n", count: 200), false),
        (String(repeating: "n", count: 201), true), (String(repeating: "ü", count: 101), true),
    ])
    func `takes only names that print as one line`(name: String, isRefused: Bool) async throws {
        #expect(try await fields(draft(name: name)) == (isRefused ? ["name"] : []))
    }

    @Test(arguments: [
        ("https://app.example", false), ("https://app.example:8443", false), ("http://localhost:5173", false),
        ("http://127.0.0.1:80", true), ("http://[::1]:3000", false), ("https://[2001:db8::1]", false),
        ("https://app.example:443", true), ("http://app.example", true), ("https://app.example/", true),
        ("https://app.example?x", true), ("https://user@app.example", true), ("https://*.example", true),
        ("null", true),
        ("*", true), ("https://APP.example", true), ("https://app.example:0", true),
        ("https://app.example:65536", true),
        ("https://app.example:", true), ("https://", true), ("https://a..b", true), ("file:///x", true),
        ("https://app.example:08443", true), ("https://app.example\n", true), ("http://localhost.evil.example", true),
    ])
    func `takes only origins as browsers write them`(origin: String, isRefused: Bool) async throws {
        let draft = draft(method: "none", origins: [origin])
        #expect(try await fields(draft) == (isRefused ? ["allowed_origins[0]"] : []))
    }

    @Test func `takes origins of public clients only, each once, and not too many`() async throws {
        #expect(try await fields(draft(origins: ["https://a.example"])) == ["allowed_origins"])
        let twice = ["https://a.example", "https://a.example"]
        #expect(try await fields(draft(method: "none", origins: twice)) == ["allowed_origins[1]"])
        let many = (0..<21).map { "https://a\($0).example" }
        #expect(try await fields(draft(method: "none", origins: many)) == ["allowed_origins"])
    }

    @Test func `lets no client act on its own behalf that proves nothing`() async throws {
        #expect(try await fields(draft(method: "none", grantTypes: ["client_credentials"])) == ["grant_types"])
        #expect(try await fields(draft(method: "none")) == [])
    }

    @Test func `demands exactly one source of keys for private_key_jwt and none otherwise`() async throws {
        let keys = Self.keySet(try Self.publicKey())
        let url = "https://svc.example/jwks"
        #expect(try await fields(draft(method: "private_key_jwt")) == ["jwks"])
        #expect(try await fields(draft(method: "private_key_jwt", keySet: keys, keySetURL: url)) == ["jwks"])
        #expect(try await fields(draft(method: "private_key_jwt", keySet: keys)) == [])
        #expect(try await fields(draft(method: "private_key_jwt", keySetURL: url)) == [])
        #expect(
            try await fields(draft(keySet: keys, keySetURL: url, algorithm: "ES256"))
                == ["jwks", "jwks_uri", "assertion_algorithm"])
    }

    @Test(arguments: [
        "http://svc.example/jwks", "https://user:pw@svc.example/jwks", "https://svc.example/jwks#a", "https:///jwks",
        "https://svc.example\\@evil/jwks", "ftp://svc.example", "https://svc.example:0/", "https://svc.example:99999/",
        "https://svc.example/\n", "https://" + String(repeating: "a", count: 2100),
    ])
    func `takes only a plain https address for jwks_uri`(url: String) async throws {
        #expect(try await fields(draft(method: "private_key_jwt", keySetURL: url)) == ["jwks_uri"])
    }

    @Test func `refuses private keys, symmetric keys and weak keys`() async throws {
        let privateKey = try SigningKey.generate(.ES256).privateJWK.json
        let symmetric = JSONObject([("kty", .string("oct")), ("k", .string("AAAA"))])
        let weak = JSONObject([
            ("kty", .string("RSA")), ("e", .string("AQAB")),
            ("n", .string(Base64URL.encode([0xC1] + [UInt8](repeating: 0x5B, count: 127)))),
        ])
        var encryption = try Self.publicKey()
        encryption["use"] = .string("enc")
        for bad in [privateKey, symmetric, weak, encryption] {
            let set = Self.keySet(try Self.publicKey(), bad)
            #expect(try await fields(draft(method: "private_key_jwt", keySet: set)) == ["jwks.keys[1]"])
        }
    }

    @Test func `bounds the number of keys and knows them by different names`() async throws {
        var key = try Self.publicKey()
        key["kid"] = .string("k")
        let many = JSONObject([("keys", .array([JSONValue](repeating: .object(key), count: 11)))])
        #expect(try await fields(draft(method: "private_key_jwt", keySet: many)) == ["jwks.keys"])
        #expect(try await fields(draft(method: "private_key_jwt", keySet: Self.keySet())) == ["jwks.keys"])
        #expect(try await fields(draft(method: "private_key_jwt", keySet: Self.keySet(key, key))) == ["jwks.keys[1]"])
        #expect(try await fields(draft(method: "private_key_jwt", keySet: JSONObject([("key", .null)]))) == ["jwks"])
    }

    @Test func `takes an assertion algorithm only if a key is for it`() async throws {
        let keys = Self.keySet(try Self.publicKey(.ES384))
        #expect(try await fields(draft(method: "private_key_jwt", keySet: keys, algorithm: "ES384")) == [])
        #expect(
            try await fields(draft(method: "private_key_jwt", keySet: keys, algorithm: "ES256"))
                == ["assertion_algorithm"])
        #expect(
            try await fields(draft(method: "private_key_jwt", keySet: keys, algorithm: "HS256"))
                == ["assertion_algorithm"])
    }

    @Test func `makes an id and a secret of 256 bits, and keeps the secret's hash only`() async throws {
        let issuance = try await Issuance(registers: false)
        let administration = Administration(provider: issuance.provider)
        let created = try await administration.createClient(draft(id: nil), by: .root, at: Issuance.start)
        #expect(created.value.id.rawValue.hasPrefix("c_"))
        let secret = try #require(created.secret).revealedValue
        #expect(secret.hasPrefix("tsc_"))
        #expect(try Base64URL.decode(String(secret.dropFirst(4))).count == 32)
        let stored = try #require(try await issuance.store.client(created.value.id))
        #expect(stored.credentials.secrets.map(\.hash) == [TokenHash(of: Secret(secret))])
        #expect(!"\(stored)".contains(secret))
        let publicClient = try await administration.createClient(
            draft(id: nil, method: "none"), by: .root, at: Issuance.start)
        #expect(publicClient.secret == nil)
    }

    @Test func `refuses an id that a client or a resource has`() async throws {
        let administration = Administration(provider: try await Issuance().provider)
        for id in ["svc", "orders", "tessera-admin"] {
            let error = await refusal {
                _ = try await administration.createClient(draft(id: id), by: .root, at: Issuance.start)
            }
            guard case .conflict? = error else {
                Issue.record("\(id): \(String(describing: error))")
                continue
            }
        }
    }
}
