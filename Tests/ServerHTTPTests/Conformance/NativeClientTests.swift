import JOSE
import OAuth
import Storage
import TestSupport
import Testing

/// What RFC 8252 asks of a server whose clients are programs on people's devices.
@Suite(.timeLimit(.minutes(5))) struct `A program on a person's device` {
    private static let callback = "http://127.0.0.1:49152/cb"

    /// Where the applications are native ones; `public` has no secret.
    private func run(_ body: (ConformanceServer) async throws -> Void) async throws {
        try await ConformanceServer.run { party in
            party.applicationType = .native
            party.redirectURIs = ["http://127.0.0.1/cb", "com.example.rp:/cb"]
        } _: { server in
            try await body(server)
        }
    }

    @Test(
        .requirement(
            "8252-6-1", "8252-7.3-1", "8252-7.3-2", "8252-8.6-1", "8252-8.4-1", "8252-8.12-1"))
    func `comes from any port, is asked about each time, and needs no page of its own`() async throws {
        try await run { server in
            let browser = PageBrowser(server.live)
            for port in [49_152, 50_001] {
                let address = "http://127.0.0.1:\(port)/cb"
                let program = Application(server, id: "public", callback: address, in: browser)
                _ = try await program.tokens()
                #expect(program.consents == 1)
                let silent = try await program.error(["prompt": "none"])
                #expect(silent == "consent_required")
            }
        }
    }

    @Test(.requirement("8252-8.1-1", "8252-8.1-2"))
    func `is refused without PKCE`() async throws {
        try await run { server in
            let program = Application(server, id: "public", callback: Self.callback)
            let refused = try await program.error(["code_challenge": nil, "code_challenge_method": nil])
            #expect(refused == "invalid_request" && program.signIns == 0)
        }
    }

    @Test(.requirement("8252-8.5-1", "6749-3.2.1-2", "8252-8.4-5"))
    func `is known by its name alone, which it has to send, and by no secret`() async throws {
        try await run { server in
            let program = Application(server, id: "public", callback: Self.callback)
            let code = try #require(try await program.authorize()["code"])
            var form = FormWriter()
            form.append("grant_type", "authorization_code")
            form.append("code", code)
            form.append("redirect_uri", Self.callback)
            form.append("code_verifier", Application.verifier)
            let nameless = try await server.live.exchange(RequestText.form("/token", form.text, authorization: nil))
            #expect(nameless.status == 401 && nameless.body.contains(#""invalid_client""#))
            let basic = RequestText.authorization("public", ConformanceServer.secret.revealedValue)
            let secret = try await server.live.exchange(RequestText.form("/token", form.text, authorization: basic))
            #expect(secret.status == 401 && secret.body.contains(#""invalid_client""#))
            _ = try await program.redeem(code)
        }
    }
}
