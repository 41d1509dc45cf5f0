import AuthorizationServer
import JOSE
import OAuth
import ServerHTTP
import Storage
import Testing

@Suite struct KeyPageTests {
    private static let resource = ResourceIndicator(unchecked: "https://api.example")

    private static func server(policy: ServerPolicy = ServerPolicy()) async throws -> PageServer {
        let server = try await PageServer(policy: policy)
        _ = try await server.provider.store.insert(
            ProtectedResource(
                id: ClientID(unchecked: "api"), identifier: resource, name: "Order archive",
                credentials: RegisteredCredentials(method: .clientSecretBasic),
                scope: Scope(unchecked: ["read", "all"]),
                scopeDescriptions: ["read": ScopeDescription("See your orders")], createdAt: LiveServer.start),
            recording: AuditEvent(at: LiveServer.start, action: "test", actor: "test"))
        return server
    }

    private static func key(on body: String) throws -> Secret {
        let start = try #require(body.firstRange(of: "tsk_"))
        return Secret(String(body[start.lowerBound...].prefix(53)))
    }

    @Test func `a key is made with the password, shown once, exchanged, replaced and ended`() async throws {
        let server = try await Self.server()
        let browser = server.browser()
        try await browser.get("/account/keys")
        #expect(browser.location == "/sign-in")
        try await browser.signIn()
        try await browser.get("/account/keys/new")
        #expect(browser.last.body.contains("See your orders (Order archive)"))
        #expect(!browser.last.body.contains("https://api.example all"))
        let wish: KeyValuePairs<String, String?> = [
            "name": "Nightly <b>", "scope": "https://api.example read", "days": "7", "current": PageServer.password,
        ]
        #expect(try await browser.post("/account/keys/new", ["name": "x", "days": "7", "current": "x"]).status == 422)
        #expect(browser.last.body.contains("Choose at least one thing"))
        try await browser.post(
            "/account/keys/new", ["name": "x", "scope": "https://api.example read", "days": "7", "current": "wrong"])
        #expect(browser.last.status == 403 && !browser.last.body.contains("tsk_"))
        try await browser.post(
            "/account/keys/new",
            ["name": "x", "scope": "https://api.example all", "days": "7", "current": PageServer.password])
        #expect(browser.last.status == 422 && !browser.last.body.contains("tsk_"))
        #expect(try await browser.post("/account/keys/new", wish).status == 200)
        #expect(browser.last.header("cache-control") == "no-store")
        let key = try Self.key(on: browser.last.body)
        #expect(APIKeyText(key) != nil)

        try await browser.get("/account/keys")
        #expect(browser.last.body.contains("Nightly &lt;b&gt;") && !browser.last.body.contains("tsk_"))
        #expect(browser.last.body.contains("Never used"))
        let body =
            "grant_type=urn:ietf:params:oauth:grant-type:token-exchange&subject_token=\(key.revealedValue)"
            + "&subject_token_type=urn:tessera:params:token-type:api-key"
        let form = "content-type: application/x-www-form-urlencoded"
        let exchanged = try await server.live.exchange(RequestText.request("POST", "/token", [form], body: body))
        #expect(exchanged.status == 200 && exchanged.body.contains("issued_token_type"))
        let named = try await server.live.exchange(
            RequestText.request("POST", "/token", [form], body: body + "&client_id=orders"))
        #expect(named.status == 400 && named.body.contains("unauthorized_client"))

        let stored = try #require(try await server.provider.store.apiKeys(after: nil, limit: 9).first)
        try await browser.get("/account/keys/reroll?key=\(stored.id)")
        #expect(browser.last.status == 200 && browser.last.body.contains("one day"))
        try await browser.post("/account/keys/reroll", ["current": "wrong"])
        #expect(browser.last.status == 403)
        try await browser.post("/account/keys/reroll", ["current": PageServer.password])
        #expect(try Self.key(on: browser.last.body) != key)
        try await browser.get("/account/keys")
        try await browser.post("/account/keys", ["key": stored.id.rawValue])
        #expect(browser.last.status == 303)
        try await browser.follow()
        #expect(browser.last.body.contains("good for nothing any more"))
        let refused = try await server.live.exchange(RequestText.request("POST", "/token", [form], body: body))
        #expect(refused.status == 400 && refused.body.contains("invalid_request"))
        try await server.live.shutDown()
    }

    @Test func `nobody finds the page where people make no keys`() async throws {
        var policy = ServerPolicy()
        policy.apiKeys.isForPeople = false
        let server = try await Self.server(policy: policy)
        let browser = server.browser()
        try await browser.signIn()
        for path in ["/account/keys", "/account/keys/new"] {
            try await browser.get(path)
            #expect(browser.last.status == 303 && browser.location == "/account")
        }
        var renderer = try PageRenderer(issuer: server.provider.issuer)
        renderer.hidden = [.keys]
        let html = renderer.html(AccountKeysPage(items: []), in: renderer.translations.choose(["en"]))
        #expect(!String(decoding: html, as: UTF8.self).contains("href=\"/account/keys\""))
        try await server.live.shutDown()
    }

    @Test func `a report of a leaked key is taken in both forms, and answered in one`() async throws {
        let server = try await Self.server()
        let key = APIKeyText.make(from: .system).secret.revealedValue
        for (type, body) in [
            ("application/json", #"{"secret":"\#(key)"}"#), ("application/x-www-form-urlencoded", "secret=\(key)"),
            ("application/json", #"{"secret":"nonsense"}"#),
        ] {
            let answer = try await server.live.exchange(
                RequestText.request("POST", "/leaked-secrets", ["content-type: \(type)"], body: body))
            #expect(answer.status == 202 && answer.body == "{}")
        }
        for (type, body) in [
            ("application/json", "{}"), ("application/json", #"{"secret":1}"#), ("text/plain", key),
            ("application/x-www-form-urlencoded", "secret="), ("application/x-www-form-urlencoded", "x=y"),
        ] {
            let answer = try await server.live.exchange(
                RequestText.request("POST", "/leaked-secrets", ["content-type: \(type)"], body: body))
            #expect(answer.status == 400)
        }
        try await server.live.shutDown()
    }
}
