import JOSE
import OAuth
import TestSupport
import Testing

@Suite struct `An authorization response` {
    private func response(
        _ outcome: AuthorizationResponse.Outcome, to text: String, state: String?
    ) throws -> AuthorizationResponse {
        let uri = try #require(RedirectURI.match(text, registered: [text], allowingLoopbackPorts: false))
        let issuer = try #require(Issuer("https://id.example/a"))
        return AuthorizationResponse(outcome, to: uri, mode: .query, state: state, from: issuer)
    }

    @Test(
        .requirement("9207-2-1", "9207-2-4", "oidc-core-3.1.2.5-1", "6749-3.1.2-2"),
        arguments: [
            ("https://app.example/cb", "https://app.example/cb?code"),
            ("https://app.example/cb?x=%20", "https://app.example/cb?x=%20&code"),
            ("https://app.example/cb?", "https://app.example/cb?code"),
            ("https://app.example/cb?a&", "https://app.example/cb?a&code"),
            ("com.example.app:/cb", "com.example.app:/cb?code"),
        ])
    func `keeps the query that the address has`(address: String, start: String) throws {
        let response = try response(.code(Secret("c1")), to: address, state: "a b&c=é\"<")
        #expect(
            response.location == start + "=c1&state=a%20b%26c%3D%C3%A9%22%3C&iss=https%3A%2F%2Fid.example%2Fa")
    }

    @Test(.requirement("9207-2-2")) func `names the issuer in errors, too`() throws {
        let response = try response(
            .error(OAuthError(.accessDenied, "the person said no")), to: "https://app.example/cb", state: nil)
        #expect(response.formFields.map(\.name) == ["error", "error_description", "iss"])
        #expect(
            response.location.hasPrefix("https://app.example/cb?error=access_denied&error_description=the%20person"))
    }

    @Test(.requirement("9126-2.2-2")) func `to a pushed request is a reference`() throws {
        let json = try JSONObject(parsing: PushedAuthorizationResponse(handle: Secret("tsp_x"), expiresIn: 90).json)
        #expect(json.string("request_uri") == "urn:ietf:params:oauth:request_uri:tsp_x")
        #expect(json.integer("expires_in") == 90)
    }
}

@Suite struct `A logout request` {
    private func read(_ text: String) throws -> LogoutRequest {
        try LogoutRequest(FormParameters(Array(text.utf8)))
    }

    @Test func `is the same request after it was kept`() throws {
        let request = try read("id_token_hint=a.b.c&client_id=app&post_logout_redirect_uri=https%3A%2F%2Fx&state=a%26b")
        #expect(try LogoutRequest(FormParameters(request.formEncoded)) == request)
        let address = try #require(
            RedirectURI.match("https://x/?a=1", registered: ["https://x/?a=1"], allowingLoopbackPorts: false))
        #expect(request.location(address) == "https://x/?a=1&state=a%26b")
    }

    @Test(arguments: ["client_id=%20", "state=%0A", "logout_hint=" + String(repeating: "x", count: 257)])
    func `is refused with what no page could carry`(text: String) {
        #expect(throws: OAuthError.self) { try read(text) }
    }
}
