import JOSE
import OAuth
import Storage
import TestSupport
import Testing

/// What the basic and the form post plan ask of scopes, of the `claims` parameter, and of request objects.
@Suite(.timeLimit(.minutes(5))) struct `The claims of the basic plan` {
    private static let profile: Set = [
        "name", "given_name", "family_name", "middle_name", "nickname", "preferred_username", "gender", "birthdate",
        "zoneinfo", "locale", "website", "profile", "picture", "updated_at",
    ]
    private static let email: Set = ["email", "email_verified"]
    private static let address: Set = ["address"]
    private static let phone: Set = ["phone_number", "phone_number_verified"]

    private static let scopes: [(scope: String, claims: Set<String>)] = [
        ("openid profile", profile), ("openid email", email), ("openid address", address), ("openid phone", phone),
        ("openid profile email address phone", profile.union(email).union(address).union(phone)),
    ]

    @Test(
        .requirement("oidc-core-5.1-2", "oidc-core-5.6-1", "oidc-core-5.4-1", "oidc-core-5.4-2", "oidc-core-5.3.2-4"),
        arguments: AnswerMode.allCases, scopes)
    func `come from UserInfo, those of each scope`(
        mode: AnswerMode, row: (scope: String, claims: Set<String>)
    ) async throws {
        try await ConformanceServer.run { server in
            let application = Application(server, mode)
            let tokens = try await application.tokens(["scope": row.scope])
            let claims = try await application.userInfo(tokens)
            #expect(Set(claims.members.map(\.name)) == row.claims.union(["sub"]))
            if row.claims.contains("address") {
                #expect(claims.object("address")?.string("locality") == "London")
            }
            if row.claims.contains("email") { #expect(claims.bool("email_verified") == true) }
        }
    }

    @Test(.requirement("oidc-core-5.5-1", "oidc-core-5.5.1-1"), arguments: AnswerMode.allCases)
    func `can be asked for one by one, as essential`(mode: AnswerMode) async throws {
        let wanted = #"{"userinfo":{"name":{"essential":true}}}"#
        try await ConformanceServer.run { server in
            let application = Application(server, mode)
            let plain = try await application.tokens()
            #expect(application.consents == 1)
            #expect(try await application.userInfo(plain)["name"] == nil)
            // The suite asks without the scope `profile`: the person is asked for it, and the token goes without.
            let bare = try await application.tokens(["claims": wanted])
            #expect(application.consents == 2)
            let claims = try await application.userInfo(bare)
            #expect(claims.string("name") == "Ada Lovelace" && claims["nickname"] == nil)
            let tokens = try await application.tokens(["scope": "openid profile", "claims": wanted])
            #expect(try await application.userInfo(tokens).string("name") == "Ada Lovelace")
        }
        // What the client may not have is no error, and no claim (OpenID Core §5.5.1).
        let narrow: @Sendable (inout RelyingParty) -> Void = { $0.identityScope = Scope(unchecked: ["openid"]) }
        try await ConformanceServer.run(narrow) { server in
            let application = Application(server, mode)
            let tokens = try await application.tokens(["claims": wanted])
            #expect(try await application.userInfo(tokens)["name"] == nil)
        }
    }

    @Test(.requirement("oidc-core-5.3-4"))
    func `come to scripts of registered origins, and of no others`() async throws {
        try await ConformanceServer.run { server in
            let tokens = try await Application(server, .query).tokens()
            for (origin, isKnown) in [("https://public.example", true), ("https://evil.example", false)] {
                let answer = try await server.live.exchange(
                    RequestText.get("/userinfo", "authorization: Bearer \(tokens.accessToken)", "origin: \(origin)"))
                #expect(answer.status == 200)
                #expect(answer.header("access-control-allow-origin") == (isKnown ? origin : nil))
            }
        }
    }

    @Test(.requirement("oidc-core-6.1-1", "oidc-core-3.1.2.6-3"), arguments: AnswerMode.allCases)
    func `are not read from a request object, which is refused and never ignored`(mode: AnswerMode) async throws {
        try await ConformanceServer.run { server in
            #expect(try await server.metadata().bool("request_parameter_supported") == false)
            let application = Application(server, mode)
            let object = Self.unsigned(["client_id": "rp", "redirect_uri": application.callback, "scope": "openid"])
            let refused = try await application.error(["request": object])
            #expect(refused == "request_not_supported")
            #expect(application.signIns == 0)
        }
    }

    @Test(.requirement("oidc-core-6.2-1", "oidc-core-3.1.2.6-3"), arguments: AnswerMode.allCases)
    func `are not fetched from a request_uri, which is refused and never ignored`(mode: AnswerMode) async throws {
        try await ConformanceServer.run { server in
            #expect(try await server.metadata().bool("request_uri_parameter_supported") == false)
            let application = Application(server, mode)
            let address = "https://rp.example/request.jwt"
            let refused = try await application.error(["request_uri": address])
            #expect(refused == "request_uri_not_supported")
        }
    }

    @Test(.requirement("9700-4.11.2-1", "oidc-core-3.1.2.1-7"), arguments: AnswerMode.allCases)
    func `and addresses of a request object do not stand in for a bad redirect_uri`(mode: AnswerMode) async throws {
        try await ConformanceServer.run { server in
            let application = Application(server, mode)
            let object = Self.unsigned(["client_id": "rp", "redirect_uri": application.callback])
            let request = application.request(["redirect_uri": "https://evil.example/cb", "request": object])
            try await application.browser.get("/authorize?" + request)
            application.expectErrorPage()
        }
    }

    @Test(
        .requirement("6749-3.1.2.4-1", "6749-3.1.2.4-2", "6749-4.1.2.1-2", "9700-4.1.3-1"),
        arguments: AnswerMode.allCases)
    func `go to no address that is not registered`(mode: AnswerMode) async throws {
        try await ConformanceServer.run { server in
            let application = Application(server, mode)
            for wrong in ["https://rp.example/cb2", "https://evil.example/cb", "https://second.example/cb"] {
                try await application.browser.get("/authorize?" + application.request(["redirect_uri": wrong]))
                application.expectErrorPage()
            }
        }
    }

    /// A request object that nobody signed (OpenID Core §6.1).
    private static func unsigned(_ claims: KeyValuePairs<String, String>) -> String {
        let object = JSONObject(claims.map { ($0.key, .string($0.value)) })
        return Base64URL.encode(Array(#"{"alg":"none"}"#.utf8)) + "." + Base64URL.encode(object.jsonBytes) + "."
    }
}

extension Application {
    /// The person is told, and goes nowhere.
    func expectErrorPage() {
        #expect(browser.last.status == 400 && browser.last.header("location") == nil)
        #expect(browser.page.all("form").isEmpty)
        #expect(browser.last.body.contains("This request cannot be answered"))
    }
}
