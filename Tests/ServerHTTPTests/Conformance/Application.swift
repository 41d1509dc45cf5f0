import JOSE
import OAuth
import Storage
import Testing

/// How an application asks to be answered: what the basic and the form post plan differ in.
enum AnswerMode: String, CaseIterable, Sendable {
    case query
    case formPost = "form_post"
}

/// A relying party with a person at their browser, as the OpenID Foundation's suite plays them: it checks of every
/// answer what the suite checks of every answer.
final class Application {
    static let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    static let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"

    let server: ConformanceServer
    let browser: PageBrowser
    let id: String
    let secret: Secret
    let mode: AnswerMode
    /// Pages that the person was shown on their way.
    private(set) var signIns = 0
    private(set) var consents = 0

    let callback: String

    /// One of those that the server knows, or another with the secret that it was given; in a browser of its own unless
    /// the person is to be signed in already.
    init(
        _ server: ConformanceServer, _ mode: AnswerMode = .query, id: String = "rp",
        secret: Secret = ConformanceServer.secret, callback: String? = nil, in browser: PageBrowser? = nil
    ) {
        self.server = server
        self.browser = browser ?? PageBrowser(server.live)
        self.id = id
        self.secret = secret
        self.callback = callback ?? "https://\(id).example/cb"
        self.mode = mode
    }

    /// A usual request, with PKCE; a value of `nil` takes a parameter away.
    func request(_ changes: KeyValuePairs<String, String?> = [:], isReversed: Bool = false) -> String {
        var parameters: [(name: String, value: String?)] = [
            ("client_id", id), ("response_type", "code"), ("redirect_uri", callback), ("scope", "openid"),
            ("state", "a state/+&"), ("nonce", "a nonce"), ("code_challenge", Self.challenge),
            ("code_challenge_method", "S256"), ("response_mode", mode == .formPost ? mode.rawValue : nil),
        ]
        for (name, value) in changes {
            parameters.removeAll { $0.name == name }
            parameters.append((name, value))
        }
        if isReversed { parameters.reverse() }
        var form = FormWriter()
        for (name, value) in parameters { form.append(name, value) }
        return form.text
    }

    /// Sends the person to the provider, who signs in and agrees where they are asked to, and returns what came back.
    func authorize(_ changes: KeyValuePairs<String, String?> = [:]) async throws -> FormParameters {
        try await browser.get("/authorize?" + request(changes))
        return try await arrive()
    }

    /// Goes on from the page that is shown until the application is answered.
    func arrive() async throws -> FormParameters {
        for _ in 0..<8 {
            if let answer = try received() { return answer }
            let fields = Set(browser.page.all("input").compactMap { $0.attributes["name"] })
            if browser.last.status == 303 {
                try await browser.follow()
            } else if fields.contains("password") {
                signIns += 1
                try await browser.post("/sign-in", ["login": "ada", "password": ConformanceServer.password])
            } else if browser.page.all("button").contains(where: { $0.attributes["value"] == "allow" }) {
                consents += 1
                try await browser.agree()
            } else {
                throw Stranded(at: browser.last.text)
            }
        }
        throw Stranded(at: browser.last.text)
    }
    struct Stranded: Error { let at: String }

    /// What reached the application: at its address and nowhere else, in the way that it asked for.
    private func received() throws -> FormParameters? {
        let answer: FormParameters
        switch mode {
        case .query:
            // A registered address may have a query of its own (RFC 6749 §3.1.2).
            let start = callback + (callback.contains("?") ? "&" : "?")
            guard browser.last.status == 303, browser.location.hasPrefix(start) else { return nil }
            answer = try FormParameters(Array(browser.location.dropFirst(callback.count + 1).utf8))
        case .formPost:
            guard browser.last.status == 200, let form = browser.page.all("form").first,
                form.attributes["action"] == callback
            else { return nil }
            #expect(form.attributes["method"] == "post" && browser.last.header("cache-control") == "no-store")
            var fields = FormWriter()
            for input in browser.page.all("input") {
                fields.append(input.attributes["name"] ?? "", input.attributes["value"]?.unescapedHTML)
            }
            answer = try FormParameters(fields.bytes)
        }
        #expect(answer["iss"] == ConformanceServer.issuer, "RFC 9207 §2")
        #expect((answer["code"] == nil) != (answer["error"] == nil))
        return answer
    }

    /// Signs in, and takes the code for tokens.
    func tokens(_ changes: KeyValuePairs<String, String?> = [:]) async throws -> ReceivedTokens {
        let answer = try await authorize(changes)
        #expect(answer["state"] == "a state/+&")
        return try await redeem(try #require(answer["code"], "\(answer["error"] ?? "no code")"))
    }

    /// The error with which a request that must not succeed comes back.
    func error(_ changes: KeyValuePairs<String, String?> = [:]) async throws -> String? {
        let answer = try await authorize(changes)
        #expect(answer["state"] == "a state/+&" && answer["code"] == nil)
        return answer["error"]
    }

    func redeem(_ code: String) async throws -> ReceivedTokens {
        #expect(code.utf8.count >= 43, "256 bits")
        return try await ReceivedTokens(exchange(code), from: server, for: id)
    }

    /// The token request of a code, whatever becomes of it.
    func exchange(_ code: String, verifier: String? = verifier) async throws -> RawAnswer {
        try await token([
            "grant_type": "authorization_code", "code": code, "redirect_uri": callback, "code_verifier": verifier,
        ])
    }

    func refresh(_ token: String) async throws -> RawAnswer {
        try await self.token(["grant_type": "refresh_token", "refresh_token": token])
    }

    /// A request to the token endpoint with the application's own method.
    func token(_ parameters: KeyValuePairs<String, String?>) async throws -> RawAnswer {
        var form = FormWriter()
        for (name, value) in parameters { form.append(name, value) }
        let isBasic = id != "second" && id != "public"
        guard !isBasic else {
            let basic = RequestText.authorization(id, secret.revealedValue)
            return try await server.live.exchange(RequestText.form("/token", form.text, authorization: basic))
        }
        form.append("client_id", id)
        if id == "second" { form.append("client_secret", secret.revealedValue) }
        return try await server.live.exchange(RequestText.form("/token", form.text, authorization: nil))
    }

    func userInfo(_ tokens: ReceivedTokens, by method: String = "GET") async throws -> JSONObject {
        let answer = try await server.live.exchange(
            RequestText.request(method, "/userinfo", ["authorization: Bearer \(tokens.accessToken)"]))
        #expect(answer.status == 200 && answer.header("content-type") == "application/json")
        let claims = try JSONObject(parsing: Array(answer.body.utf8))
        #expect(claims.string("sub") == tokens.identity.string("sub"), "OpenID Core §5.3.2")
        return claims
    }
}

extension String {
    /// An attribute's value as a browser reads it, as far as our pages escape.
    fileprivate var unescapedHTML: String {
        replacing("&lt;", with: "<").replacing("&gt;", with: ">").replacing("&quot;", with: "\"")
            .replacing("&#39;", with: "'").replacing("&#43;", with: "+").replacing("&amp;", with: "&")
    }
}
