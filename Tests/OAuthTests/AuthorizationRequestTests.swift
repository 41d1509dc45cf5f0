import JOSE
import OAuth
import TestSupport
import Testing

@Suite struct `An authorization request` {
    private static let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    private static let base =
        "client_id=app&response_type=code&redirect_uri=https%3A%2F%2Fapp.example%2Fcb&scope=openid+email"
        + "&code_challenge=\(challenge)&code_challenge_method=S256"

    private func read(_ text: String) throws -> AuthorizationRequest {
        try AuthorizationRequest(FormParameters(Array(text.utf8)))
    }

    private func fault(_ text: String) throws -> AuthorizationRequestError {
        let form = try FormParameters(Array(text.utf8))
        return try #require(throws: AuthorizationRequestError.self) { try AuthorizationRequest(form) }
    }

    @Test func `is read with every parameter`() throws {
        let request = try read(
            Self.base + "&state=a%2Bb&nonce=n&prompt=login+consent&max_age=0&display=touch&ui_locales=de+en"
                + "&login_hint=ann&id_token_hint=x.y.z&acr_values=one+two&response_mode=form_post"
                + "&resource=https%3A%2F%2Fa.example&resource=https%3A%2F%2Fb.example"
                + "&claims=%7B%22userinfo%22%3A%7B%22name%22%3Anull%7D%7D")
        #expect(request.clientID.rawValue == "app" && request.redirectURI == "https://app.example/cb")
        #expect(request.state == "a+b" && request.nonce == "n" && request.maxAge == 0)
        #expect(request.prompt == [.login, .consent] && request.display == .touch)
        #expect(request.uiLocales == ["de", "en"] && request.acrValues == ["one", "two"])
        #expect(request.responseMode == .formPost && request.resources.count == 2)
        #expect(request.claims?.userInfoClaim("name")?.isEssential == false)
        #expect(request.codeChallenge?.rawValue == Self.challenge)
    }

    @Test(
        .requirement("oidc-core-2-7"),
        arguments: [
            "", "&state=%20%22%27%3C%3E%26%25%2B%C3%A9&nonce=x%26y", "&prompt=none&max_age=9999999999",
            "&claims=%7B%22id_token%22%3A%7B%22acr%22%3A%7B%22essential%22%3Atrue%2C%22values%22%3A%5B%22a%22%5D%7D%7D%7D",
        ])
    func `is the same request after it was kept`(more: String) throws {
        let request = try read(Self.base + more)
        let again = try AuthorizationRequest(FormParameters(request.formEncoded))
        #expect(again == request)
        #expect(again.formEncoded == request.formEncoded)
    }

    @Test func `returns four kilobytes of state byte for byte`() throws {
        let state = String(repeating: "&=%+?#/ \"é", count: 372) + "abcd"
        let encoded = state.utf8.map { "%" + String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        #expect(state.utf8.count == 4096)
        #expect(try read(Self.base + "&state=" + encoded).state.map { Array($0.utf8) } == Array(state.utf8))
    }

    @Test(arguments: ["&state=" + String(repeating: "x", count: 4097), "&state=a%0Ab", "&state=%7F"])
    func `never shortens or repairs a state`(more: String) throws {
        let fault = try fault(Self.base + more)
        #expect(fault.error.code == .invalidRequest && fault.state == nil)
        #expect(fault.redirectURI == "https://app.example/cb")
    }

    @Test(
        .requirement(
            "7636-4.3-1", "7636-4.3-2", "7636-4.4.1-2", "7636-6.2-1", "7636-7.2-1", "9700-2.1.2-1",
            "oidc-core-3.1.2.1-5", "oidc-core-3.1.2.1-18", "oidc-core-3.1.2.6-3", "oidc-core-5.5-2", "oidc-core-6.1-1",
            "oidc-core-6.2-1", "9126-2.1-3", "9126-2.1-5"),
        arguments: [
            ("response_type=token", OAuthError.Code.unsupportedResponseType),
            ("response_type=code+id_token", .unsupportedResponseType),
            ("response_type=code&code_challenge=\(challenge)", .invalidRequest),
            ("response_type=code&code_challenge=\(challenge)&code_challenge_method=plain", .invalidRequest),
            ("response_type=code&code_challenge=short&code_challenge_method=S256", .invalidRequest),
            ("response_type=code&code_challenge_method=S256", .invalidRequest),
            ("response_type=code&request=eyJ", .requestNotSupported),
            ("response_type=code&request_uri=https%3A%2F%2Fevil.example", .requestURINotSupported),
            ("response_type=code&registration=%7B%7D", .registrationNotSupported),
            ("response_type=code&prompt=none+login", .invalidRequest),
            ("response_type=code&max_age=-1", .invalidRequest),
            ("response_type=code&max_age=1e3", .invalidRequest),
            ("response_type=code&max_age=99999999999", .invalidRequest),
            ("response_type=code&claims=%5B%5D", .invalidRequest),
            ("response_type=code&claims=%7B%22userinfo%22%3A1%7D", .invalidRequest),
            ("response_type=code&resource=relative", .invalidTarget),
            ("response_type=code&scope=%C3%A9", .invalidScope),
            ("response_type=code&response_mode=fragment", .invalidRequest),
            ("response_type=code&nonce=\(String(repeating: "n", count: 513))", .invalidRequest),
            ("response_type=code&login_hint=a%00b", .invalidRequest),
            ("scope=openid", .invalidRequest),
        ])
    func `says what is wrong and where to answer`(more: String, code: OAuthError.Code) throws {
        let text = "client_id=app&redirect_uri=https%3A%2F%2Fapp.example%2Fcb&state=s1&" + more
        guard let form = try? FormParameters(Array(text.utf8)) else { return }
        let fault = try #require(throws: AuthorizationRequestError.self) { try AuthorizationRequest(form) }
        #expect(fault.error.code == code)
        #expect(fault.clientID?.rawValue == "app" && fault.redirectURI == "https://app.example/cb")
        #expect(fault.state == "s1")
    }

    private static let placed = "client_id=app&redirect_uri=https%3A%2F%2Fapp.example%2Fcb&response_mode=form_post"

    /// Where the client is told of a form that is refused as a whole.
    private func place(_ text: String) throws -> AuthorizationRequestError? {
        let error = try #require(throws: OAuthError.self) { try FormParameters(Array(text.utf8)) }
        return AuthorizationRequestError(error, in: Array(text.utf8))
    }

    @Test(
        .requirement("6749-4.1.2.1-5"),
        arguments: [
            ("&state=s1&zz=1&zz=2", "s1"), ("&state=s1&scope=openid&scope=openid", "s1"), ("&state=s1&x=%zz", "s1"),
            ("&state=s1&state=&%ff=1", "s1"), ("&state=s1&state=s1", nil), ("&state=%ff", nil), ("&state=%00", nil),
            ("&state=a%0Ab&zz=1&zz=2", nil), ("&client_id=&redirect_uri&request_uri=&zz=1&zz=2", nil),
        ] as [(String, String?)])
    func `of which something is repeated or badly encoded still says where to answer`(
        more: String, state: String?
    ) throws {
        for text in [Self.placed + more, String(more.dropFirst()) + "&" + Self.placed] {
            let fault = try #require(try place(text))
            #expect(fault.error.code == .invalidRequest && fault.responseMode == .formPost)
            #expect(fault.clientID?.rawValue == "app" && fault.redirectURI == "https://app.example/cb")
            #expect(fault.state == state)
        }
    }

    @Test(
        .requirement("6749-4.1.2.1-2", "6749-4.1.2.1-5"),
        arguments: [
            "&client_id=app", "&client_id=other", "&%63lient_id=app", "&client_id=%ff",
            "&redirect_uri=https%3A%2F%2Fapp.example%2Fcb", "&redirect_uri=https%3A%2F%2Fevil.example",
            "&redirect_uri=%zz", "&response_mode=query", "&response_mode=%ff", "&request_uri=%ff",
            "&request_uri=urn%3Aietf%3Aparams%3Aoauth%3Arequest_uri%3Atsp_a&zz=1&zz=2",
        ])
    func `says where to answer in one way or not at all`(more: String) throws {
        #expect(try place(Self.placed + more) == nil)
        #expect(try place(String(more.dropFirst()) + "&" + Self.placed) == nil)
    }

    @Test func `does not say where to answer without a client, or in a form that is too long`() throws {
        #expect(try place("redirect_uri=https%3A%2F%2Fapp.example%2Fcb&zz=1&zz=2") == nil)
        #expect(try place("client_id=a%20b&redirect_uri=https%3A%2F%2Fapp.example%2Fcb&zz=1&zz=2") == nil)
        #expect(try place(Self.placed + String(repeating: "&a=1", count: 97)) != nil)
        #expect(try place(Self.placed + String(repeating: "&a=1", count: 98)) == nil)
    }

    @Test(
        .requirement("oidc-core-3.1.2.1-6", "9126-2.1-2"),
        arguments: ["response_type=code", "client_id=%20&response_type=code", "client_id=a%0D%0Ab&redirect_uri=x"])
    func `names no address to answer at without a client`(text: String) throws {
        let fault = try fault(text)
        #expect(fault.clientID == nil && fault.redirectURI == nil && fault.state == nil)
    }

    @Test func `remembers the response mode for its errors`() throws {
        #expect(try fault("client_id=app&response_mode=form_post&response_type=x").responseMode == .formPost)
    }

    @Test(.requirement("9126-4-1")) func `refers to a pushed request by a handle of ours only`() throws {
        let ours = try FormParameters(Array("request_uri=urn:ietf:params:oauth:request_uri:tsp_abc".utf8))
        #expect(AuthorizationRequest.pushedHandle(ours)?.revealedValue == "tsp_abc")
        let foreign = try FormParameters(Array("request_uri=https%3A%2F%2Fevil.example".utf8))
        #expect(AuthorizationRequest.pushedHandle(foreign) == nil)
    }
}

@Suite struct `A claims request` {
    @Test(.requirement("oidc-core-5.5-1", "oidc-core-5.5.1-1")) func `is read with values and urgency`() throws {
        let claims = try ClaimsRequest(
            #"{"id_token":{"acr":{"essential":true,"values":["a","b"]},"sub":{"value":"x"}},"userinfo":null,"z":1}"#)
        #expect(claims.idTokenClaim("acr")?.values == [.string("a"), .string("b")])
        #expect(claims.idTokenClaim("acr")?.isEssential == true)
        #expect(claims.idTokenClaim("sub")?.values == [.string("x")])
        #expect(claims.userInfo.isEmpty)
    }

    @Test(
        .requirement("oidc-core-5.5-2"),
        arguments: [
            "", "[]", "{", #"{"id_token":[]}"#, #"{"id_token":{"acr":true}}"#,
            #"{"id_token":{"acr":{"essential":"yes"}}}"#,
            #"{"id_token":{"acr":{"values":"a"}}}"#, #"{"userinfo":{"a":null,"a":null}}"#,
            #"{"userinfo":{"a":{"values":[[[[[[[1]]]]]]]}}}"#,
            #"{"userinfo":{"a":{"values":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]}}}"#,
            "{\"userinfo\":{\"a\":\"" + String(repeating: "x", count: 9000) + "\"}}",
        ])
    func `is refused when it is malformed or too big`(text: String) {
        #expect(throws: OAuthError.self) { try ClaimsRequest(text) }
    }
}
