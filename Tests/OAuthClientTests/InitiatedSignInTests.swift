import OAuth
import OAuthClient
import TestSupport
import Testing

@Suite struct `A sign-in that somebody else asks for` {
    private static let base = "https://app.example/shop"

    private func read(_ query: String) throws -> InitiatedSignIn {
        let provider = Provider(
            issuer: try #require(Issuer(CraftedProvider.issuerText)), transport: try CraftedProvider())
        return try InitiatedSignIn(Array(query.utf8), among: [provider], base: Self.base)
    }

    @Test(.requirement("oidc-core-4-1", "oidc-core-4-2")) func `is taken from a configured issuer`() async throws {
        let plain = try read("iss=https%3A%2F%2Fid.example%2Ft")
        #expect(plain.provider.issuer.rawValue == CraftedProvider.issuerText)
        #expect(plain.loginHint == nil && plain.target == nil)

        let full = try read(
            "iss=https%3A%2F%2Fid.example%2Ft&login_hint=ada%40mail.example"
                + "&target_link_uri=https%3A%2F%2Fapp.example%2Fshop%2Forders%3Fid%3D1&unknown=x")
        #expect(full.loginHint == "ada@mail.example")
        #expect(full.target == "https://app.example/shop/orders?id=1")
        var usual = SignInWishes()
        usual.scope = Scope(unchecked: ["openid", "email"])
        let wishes = full.wishes(usual)
        #expect(wishes.loginHint == "ada@mail.example" && wishes.scope == usual.scope)
    }

    @Test func `becomes a sign-in with secrets of its own`() async throws {
        let app = try Application()
        let initiated = try InitiatedSignIn(
            Array("iss=https%3A%2F%2Fid.example%2Ft&login_hint=ada&state=s&nonce=n".utf8),
            among: [app.flow.provider], base: Self.base)
        let (location, pending) = try await app.flow.start(initiated.wishes(SignInWishes()), at: app.now)
        let query = try #require(location.split(separator: "?").last)
        let sent = try FormParameters(Array(query.utf8))
        #expect(sent["login_hint"] == "ada" && sent["state"] == pending.state.revealedValue)
        #expect(sent["state"] != "s" && sent["nonce"] != "n" && sent["code_challenge_method"] == "S256")
    }

    @Test(arguments: [
        ("", InitiationProblem.missingIssuer), ("login_hint=ada", .missingIssuer),
        ("iss=https%3A%2F%2Fevil.example", .unknownIssuer), ("iss=http%3A%2F%2Fid.example%2Ft", .unknownIssuer),
        ("iss=https%3A%2F%2Fid.example%2Ft%2F", .unknownIssuer), ("iss=https%3A%2F%2FID.example%2Ft", .unknownIssuer),
        ("iss=", .missingIssuer), ("iss=ISS&iss=https%3A%2F%2Fevil.example", .malformed), ("iss=%zz", .malformed),
    ])
    func `is refused in the name of anybody else`(query: String, problem: InitiationProblem) throws {
        let text = query.replacing("ISS", with: "https%3A%2F%2Fid.example%2Ft")
        #expect(throws: OAuthClientError.initiation(problem)) { try read(text) }
    }

    @Test(
        .requirement("oidc-core-4-3"),
        arguments: [
            "https://evil.example/", "https://app.example/shop.evil.example/", "https://app.example/shopping",
            "https://app.example/shop@evil.example/", "https://app.example/shop/../admin", "//app.example/shop/",
            "https://app.example/shop/%2e%2e/admin", "http://app.example/shop/", "javascript:alert(1)", "/shop/",
            "https://app.example/shop\\evil",
        ])
    func `leads nowhere but into the application`(target: String) throws {
        var form = FormWriter()
        form.append("iss", CraftedProvider.issuerText)
        form.append("target_link_uri", target)
        #expect(throws: OAuthClientError.initiation(.foreignTarget)) { try read(form.text) }
    }

    @Test func `has a hint of the length of a name`() throws {
        let iss = "iss=https%3A%2F%2Fid.example%2Ft&login_hint="
        #expect(try read(iss + String(repeating: "a", count: 320)).loginHint?.utf8.count == 320)
        #expect(throws: OAuthClientError.initiation(.malformed)) {
            try read(iss + String(repeating: "a", count: 321))
        }
    }
}
