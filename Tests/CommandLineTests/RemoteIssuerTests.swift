import FoundationEssentials
import JOSE
import OAuth
import TestSupport
import Testing
import tessera

@Suite struct `An issuer elsewhere` {
    @Test(arguments: [
        (
            "https://id.example.com",
            [
                "https://id.example.com/.well-known/oauth-authorization-server",
                "https://id.example.com/.well-known/openid-configuration",
            ]
        ),
        (
            "https://id.example.com/tenant",
            [
                "https://id.example.com/.well-known/oauth-authorization-server/tenant",
                "https://id.example.com/tenant/.well-known/openid-configuration",
            ]
        ),
        (
            "https://id.example.com/",
            [
                "https://id.example.com/.well-known/oauth-authorization-server",
                "https://id.example.com/.well-known/openid-configuration",
            ]
        ),
    ])
    func `publishes its metadata where the standards say`(issuer: String, addresses: [String]) {
        #expect(RemoteIssuer.addresses(of: issuer) == addresses)
    }

    @Test(arguments: [
        "https://id.example.com/", "https://ID.example.com", "https://id.example.com:443", "http://id.example.com", "",
    ])
    func `is not believed under another name`(named: String) {
        let metadata = JSONObject([("issuer", .string(named))])
        #expect(throws: CommandFailure.self) {
            try RemoteIssuer.check(metadata, from: "here", isOf: "https://id.example.com")
        }
    }

    @Test func `is believed under its own name`() throws {
        let metadata = JSONObject([("issuer", .string("https://id.example.com"))])
        try RemoteIssuer.check(metadata, from: "here", isOf: "https://id.example.com")
    }

    @Test(arguments: [
        ("https://id.example.com", true), ("http://localhost:8080/x", true), ("http://127.0.0.1", true),
        ("http://[::1]:80", true), ("http://id.example.com", false), ("http://localhost.evil.test", false),
        ("http://127.0.0.1.evil.test", false), ("http://localhost:80@evil.test", false), ("ftp://localhost", false),
        ("https://", false), ("", false),
    ])
    func `is asked over https, or over this machine only`(address: String, isAcceptable: Bool) {
        #expect(RemoteIssuer.isAcceptable(address) == isAcceptable)
    }
}

@Suite struct `The proof of a client` {
    private let now = TestInstallation.now
    private let issuer = "https://id.example.com"

    @Test func `encodes identifier and secret before it joins them`() throws {
        var form: [(String, String)] = []
        var headers: [String: String] = [:]
        let proof = ClientProof.basic("a:b", Secret("p&ss w%rd+ü"))
        try proof.add(to: &form, headers: &headers, issuer: issuer, at: now)
        let header = try #require(headers["Authorization"])
        let decoded = try #require(Data(base64Encoded: String(header.dropFirst(6))))
        #expect(String(decoding: decoded, as: UTF8.self) == "a%3Ab:p%26ss+w%25rd%2B%C3%BC")
        #expect(form.isEmpty)
    }

    @Test func `is an assertion for this issuer alone, and for a minute`() throws {
        let key = try SigningKey.generate(.ES256)
        var form: [(String, String)] = []
        var headers: [String: String] = [:]
        try ClientProof.assertion("svc", key).add(to: &form, headers: &headers, issuer: issuer, at: now)
        let assertion = try #require(form.first { $0.0 == "client_assertion" }?.1)
        let claims = try UnverifiedJWT(assertion).verified(by: key.verificationKey, type: .jwtOrAbsent).claims
        #expect(claims.string("aud") == issuer)
        #expect(claims.string("iss") == "svc")
        #expect(claims.string("sub") == "svc")
        #expect(claims.date("exp") == now + .seconds(60))
        #expect(claims.string("jti") != nil)
        #expect(headers.isEmpty)
    }

    /// As keys are that other tools wrote; the server knows them under this name, too.
    @Test func `names a key that has no name by its thumbprint`() throws {
        var nameless = try SigningKey.generate(.ES256).privateJWK.json
        nameless["kid"] = nil
        let key = try SigningKey(JSONWebKey(nameless))
        var form: [(String, String)] = []
        var headers: [String: String] = [:]
        try ClientProof.assertion("svc", key).add(to: &form, headers: &headers, issuer: issuer, at: now)
        let assertion = try #require(form.first { $0.0 == "client_assertion" }?.1)
        let header = try UnverifiedJWT(assertion).header
        #expect(header.keyID == key.verificationKey.jwk.thumbprint())
        #expect(JWKSet(keys: [key.verificationKey.jwk]).keys(named: header.keyID).count == 1)
    }
}

@Suite struct `The inspection of a token` {
    private let now = TestInstallation.now
    private let issuer = "https://id.example.com"

    private func token(_ claims: [(String, JSONValue)], by key: SigningKey) throws -> String {
        try JWTSigner(key, type: "at+jwt").sign(JSONObject(claims).jsonBytes)
    }

    private func objections(_ claims: [(String, JSONValue)]) throws -> [String] {
        let key = try SigningKey.generate(.ES256)
        let inspection = try #require(JWTInspection(try token(claims, by: key)))
        return inspection.objections(issuer: issuer, keys: JWKSet(keys: [key.verificationKey.jwk]), at: now)
    }

    private func expiry(_ seconds: Int64) -> (String, JSONValue) { ("exp", .integer(now.secondsSince1970 + seconds)) }

    @Test func `finds nothing wrong with a good one`() throws {
        #expect(try objections([("iss", .string(issuer)), expiry(60)]) == [])
    }

    @Test func `objects to another issuer, to an end, and to none`() throws {
        #expect(try objections([("iss", .string("https://x.example")), expiry(60)]) == ["it names another issuer"])
        #expect(try objections([("iss", .string(issuer)), expiry(0)]).count == 1)
        #expect(try objections([("iss", .string(issuer))]) == ["it never expires"])
    }

    @Test func `objects to the key of somebody else`() throws {
        let key = try SigningKey.generate(.ES256)
        let other = try SigningKey.generate(.ES256)
        let token = try token([("iss", .string(issuer)), expiry(60)], by: key)
        let inspection = try #require(JWTInspection(token))
        let keys = JWKSet(keys: [other.verificationKey.jwk])
        #expect(!inspection.objections(issuer: issuer, keys: keys, at: now).isEmpty)
    }

    @Test(arguments: ["tsa_AVUIgCl3Bf", "", "a.b", "....", String(repeating: ".", count: 100_000)])
    func `does not read what is no JWT`(text: String) {
        #expect(JWTInspection(text) == nil)
    }
}
