import OAuth
import TestSupport
import Testing

@Suite struct `A code challenge` {
    // RFC 7636 Appendix B
    private static let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    private static let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"

    @Test(.requirement("7636-4.2-1", "7636-4.2-2", "7636-4.6-1", "7636-7.3-1", "9700-2.1.1-3"))
    func `is that of the example of the RFC`() throws {
        let challenge = try #require(CodeChallenge(Self.challenge))
        #expect(challenge.matches(Secret(Self.verifier)))
        let verifier = try #require(CodeVerifier(Self.verifier))
        #expect(CodeChallenge(of: verifier) == challenge)
    }

    @Test(
        .requirement("7636-4.6-1"),
        arguments: [
            "", challenge, verifier + "x", String(verifier.dropLast()), verifier.lowercased(), verifier + "\n",
            String(repeating: "a", count: 129), String(repeating: "é", count: 43),
        ])
    func `is matched by its verifier alone`(other: String) throws {
        let challenge = try #require(CodeChallenge(Self.challenge))
        #expect(!challenge.matches(Secret(other)))
    }

    @Test(arguments: [
        "", "short", challenge + "=", challenge + "A", String(challenge.dropLast()) + "+",
        String(repeating: "é", count: 22),
    ])
    func `is refused unless it is as long as a hash, in base64url`(text: String) {
        #expect(CodeChallenge(text) == nil)
    }

    @Test func `that is the hash of nothing is matched by nothing`() throws {
        let text = String(repeating: "a", count: 43)
        #expect(try !#require(CodeChallenge(text)).matches(Secret(text)))
    }

    @Test(.requirement("7636-4.1-1", "7636-7.1-1"), arguments: [42, 129]) func `has verifiers of 43 to 128 characters`(
        length: Int
    ) {
        #expect(CodeVerifier(String(repeating: "a", count: length)) == nil)
        #expect(CodeVerifier(String(repeating: "~", count: 128)) != nil)
        #expect(CodeVerifier(String(repeating: "a", count: 42) + "/") == nil)
        #expect(CodeVerifier(from: .system) != CodeVerifier(from: .system))
    }
}
