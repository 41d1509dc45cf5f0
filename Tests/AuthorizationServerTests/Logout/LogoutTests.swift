import AuthorizationServer
import JOSE
import OAuth
import Storage
import StorageTesting
import TestSupport
import Testing

/// A person who is signed in at an application, and what the application has to say when they log out there.
struct Farewell: Sendable {
    static let address = "https://web.example/bye"

    let journey: Journey
    let browser: Browser
    let idToken: String
    var people: People { journey.people }

    init(_ change: (inout RelyingParty) -> Void = { _ in }) async throws {
        journey = try await Journey { client in
            client.relyingParty?.postLogoutRedirectURIs = [Self.address]
            client.relyingParty?.backchannelLogoutURI = "https://web.example/logout"
            if var party = client.relyingParty {
                change(&party)
                client.relyingParty = party
            }
        }
        browser = try await journey.signedIn()
        idToken = try #require(try await journey.tokens(in: browser).idToken).revealedValue
    }

    static func request(_ parameters: [String: String?]) throws -> LogoutRequest {
        var form = FormWriter()
        for (name, value) in parameters { form.append(name, value) }
        return try LogoutRequest(try FormParameters(form.bytes))
    }

    /// Where a request leads: `asks`, `signed out`, or the address it goes on to.
    func leads(
        _ parameters: [String: String?], isConfirmed: Bool = false, in browser: Browser? = nil,
        at now: NumericDate = Journey.start
    ) async throws -> String {
        let request = try Self.request(parameters)
        let step = try await journey.provider.endSession(
            request, isConfirmed: isConfirmed, browser: browser ?? self.browser, at: now)
        switch step {
        case .confirm: return "asks"
        case .done(nil): return "signed out"
        case .done(let address?): return request.location(address)
        }
    }

    func isSignedIn() async throws -> Bool { try await people.isSignedIn(browser) }
}

@Suite struct `Logout at a client's wish` {
    @Test(.requirement("oidc-rp-initiated-logout-2-2", "oidc-rp-initiated-logout-2-7", "oidc-rp-initiated-logout-2-9"))
    func `happens at once for the session that the hint names, and goes back with state`() async throws {
        let farewell = try await Farewell()
        let address = try await farewell.leads([
            "id_token_hint": farewell.idToken, "post_logout_redirect_uri": Farewell.address, "state": "a b",
        ])
        #expect(address == Farewell.address + "?state=a%20b")
        #expect(try await !farewell.isSignedIn())
    }

    @Test func `happens at once for the session's own name, which only its client knows`() async throws {
        let farewell = try await Farewell()
        let claims = try JSONObject(parsing: Base64URL.decode(farewell.idToken.split(separator: ".")[1]))
        let session = try #require(claims.string("sid"))
        let client = try #require(claims.string("aud"))
        for wrong in [
            ["logout_hint": session], ["logout_hint": "ada", "client_id": client],
            ["logout_hint": session, "client_id": "other"],
            ["logout_hint": session, "client_id": client, "id_token_hint": "x"],
            ["logout_hint": session, "client_id": client, "post_logout_redirect_uri": "https://evil.example/bye"],
        ] {
            #expect(try await farewell.leads(wrong) == "asks", "\(wrong)")
            #expect(try await farewell.isSignedIn())
        }
        let sound = ["logout_hint": session, "client_id": client, "post_logout_redirect_uri": Farewell.address]
        // Where nobody is signed in, the name proves nothing and leads nowhere.
        #expect(try await farewell.leads(sound, in: People.browser()) == "signed out")
        #expect(try await farewell.leads(sound) == Farewell.address)
        #expect(try await !farewell.isSignedIn())
    }

    @Test(.requirement("oidc-rp-initiated-logout-2-3"))
    func `takes an ID token that has expired`() async throws {
        let farewell = try await Farewell()
        let later = Journey.start + .seconds(6 * 3600)
        let address = try await farewell.leads(
            ["id_token_hint": farewell.idToken, "post_logout_redirect_uri": Farewell.address], at: later)
        #expect(address == Farewell.address)
        #expect(try await !farewell.isSignedIn())
    }

    @Test(
        .requirement(
            "oidc-rp-initiated-logout-2-4", "oidc-rp-initiated-logout-2-10", "oidc-rp-initiated-logout-2-11",
            "oidc-rp-initiated-logout-6-1"))
    func `asks the person when nothing says that they want it`() async throws {
        let farewell = try await Farewell()
        let other = try await farewell.journey.people.signedIn("ada", in: People.browser("192.0.2.77"))
        let hint = farewell.idToken
        let parts = hint.split(separator: ".").map(String.init)
        let wishes: [[String: String?]] = [
            [:], ["client_id": "web", "post_logout_redirect_uri": Farewell.address],
            ["id_token_hint": "nonsense"], ["id_token_hint": parts[0] + "." + parts[1] + ".AAAA"],
            ["id_token_hint": hint, "client_id": "shop"],
        ]
        for wish in wishes { #expect(try await farewell.leads(wish) == "asks") }
        // The hint of another session of the same person.
        #expect(try await farewell.leads(["id_token_hint": hint], in: other.browser) == "asks")
        #expect(try await farewell.isSignedIn())
        #expect(try await farewell.people.isSignedIn(other.browser))
    }

    @Test(.requirement("oidc-back-channel-logout-4.1-1"))
    func `takes no access token for a hint`() async throws {
        let farewell = try await Farewell()
        let tokens = try await farewell.journey.tokens(in: farewell.browser)
        #expect(try await farewell.leads(["id_token_hint": tokens.accessToken.revealedValue]) == "asks")
    }

    @Test(.requirement("oidc-rp-initiated-logout-2-5", "oidc-rp-initiated-logout-2-12"))
    func `signs out once the person has said so, and goes where the client registered`() async throws {
        let farewell = try await Farewell()
        let address = try await farewell.leads(
            ["client_id": "web", "post_logout_redirect_uri": Farewell.address], isConfirmed: true)
        #expect(address == Farewell.address)
        #expect(try await !farewell.isSignedIn())
    }

    @Test(
        .requirement("oidc-rp-initiated-logout-2-6", "oidc-rp-initiated-logout-3-1", "oidc-rp-initiated-logout-4-1"),
        arguments: [
            "https://web.example/bye/", "https://web.example/bye?x=1", "https://evil.example/bye",
            "https://web.example/BYE", "javascript:alert(1)", "//evil.example",
        ])
    func `goes nowhere but to the registered addresses`(_ address: String) async throws {
        let farewell = try await Farewell()
        let wish: [String: String?] = ["id_token_hint": farewell.idToken, "post_logout_redirect_uri": address]
        #expect(try await farewell.leads(wish) == "asks")
        #expect(try await farewell.isSignedIn())
        #expect(try await farewell.leads(wish, isConfirmed: true) == "signed out")
        #expect(try await !farewell.isSignedIn())
    }

    @Test(.requirement("oidc-rp-initiated-logout-3-2", "oidc-rp-initiated-logout-4-2"))
    func `without a session leads on for a hint only`() async throws {
        let farewell = try await Farewell()
        let nobody = People.browser("192.0.2.200")
        let wish: [String: String?] = ["client_id": "web", "post_logout_redirect_uri": Farewell.address]
        #expect(try await farewell.leads(wish, in: nobody) == "signed out")
        let hinted = wish.merging(["id_token_hint": farewell.idToken]) { $1 }
        #expect(try await farewell.leads(hinted, in: nobody) == Farewell.address)
        #expect(try await farewell.isSignedIn())
    }
}

@Suite struct `Back-channel logout` {
    /// The logout token that a client was sent.
    private static func token(_ form: [UInt8]) throws -> Secret {
        Secret(try #require(try FormParameters(form)["logout_token"]))
    }

    @Test(
        .requirement(
            "oidc-back-channel-logout-2.3-1", "oidc-back-channel-logout-2.4-1", "oidc-back-channel-logout-2.4-2",
            "oidc-back-channel-logout-2.4-3", "oidc-back-channel-logout-2.4-4", "oidc-back-channel-logout-2.4-5",
            "oidc-back-channel-logout-2.6-2", "oidc-back-channel-logout-2.4-7", "oidc-back-channel-logout-4-2",
            "oidc-back-channel-logout-2.5-1", "oidc-back-channel-logout-2.2-2", "oidc-back-channel-logout-2.8-2",
            "oidc-rp-initiated-logout-2-13"))
    func `tells each client of the session, in a token of its own kind`() async throws {
        let farewell = try await Farewell()
        let session = try #require(
            try await farewell.journey.provider.session(of: farewell.browser, at: Journey.start))
        try await farewell.people.give(People.shop, in: session.session)
        try await farewell.journey.provider.signOut(farewell.browser, at: Journey.start)
        #expect(farewell.people.clients.posts.isEmpty)
        #expect(await farewell.journey.provider.deliverLogouts(at: Journey.start).isEmpty)
        let posts = farewell.people.clients.posts
        #expect(Set(posts.map(\.url)) == ["https://web.example/logout", "https://shop.example/logout"])
        let post = try #require(posts.first { $0.url.contains("web") })
        let token = try Self.token(post.form)
        let header = try UnverifiedJWT(token.revealedValue).header
        #expect(header.type == "logout+jwt")
        let key = try #require(farewell.journey.provider.keyRing.snapshot.signer(.ES256, at: Journey.start))
        _ = try UnverifiedJWT(token.revealedValue).verified(by: key.verificationKey, type: .exactly("logout+jwt"))
        let claims = try Journey.claims(of: token)
        let idClaims = try Journey.claims(of: Secret(farewell.idToken))
        #expect(claims.string("iss") == "https://id.example")
        #expect(claims.string("aud") == "web")
        #expect(claims.string("sub") == idClaims.string("sub"))
        #expect(claims.string("sid") == idClaims.string("sid"))
        #expect(claims.string("jti") != nil && claims["nonce"] == nil)
        #expect(claims.object("events")?.object("http://schemas.openid.net/event/backchannel-logout") != nil)
        let lifetime = try #require(claims.date("exp")) - (try #require(claims.date("iat")))
        #expect(lifetime <= .seconds(120))
        _ = await farewell.journey.provider.deliverLogouts(at: Journey.start)
        #expect(farewell.people.clients.posts.count == 2)
    }

    @Test func `names a session to each client by another name, in tokens of every kind`() async throws {
        let farewell = try await Farewell()
        let session = try #require(
            try await farewell.journey.provider.session(of: farewell.browser, at: Journey.start))
        try await farewell.people.give(People.shop, in: session.session)
        let accessToken = try await farewell.journey.tokens(in: farewell.browser).accessToken
        let name = try #require(try Journey.claims(of: Secret(farewell.idToken)).string("sid"))
        #expect(name != session.session.id.rawValue)
        #expect(try Journey.claims(of: accessToken).string("sid") == name)
        try await farewell.journey.provider.signOut(farewell.browser, at: Journey.start)
        _ = await farewell.journey.provider.deliverLogouts(at: Journey.start)
        let names = try farewell.people.clients.posts.map { try Journey.claims(of: Self.token($0.form)).string("sid") }
        #expect(names.count == 2 && Set(names).count == 2 && names.contains(name))
        #expect(!names.contains(session.session.id.rawValue))
    }

    @Test func `names a person to a client as the client knows them`() async throws {
        let farewell = try await Farewell { $0.subjectType = .pairwise }
        try await farewell.journey.provider.signOut(farewell.browser, at: Journey.start)
        _ = await farewell.journey.provider.deliverLogouts(at: Journey.start)
        let claims = try Journey.claims(of: Self.token(try #require(farewell.people.clients.posts.first).form))
        let idClaims = try Journey.claims(of: Secret(farewell.idToken))
        #expect(claims.string("sub") == idClaims.string("sub"))
    }

    @Test(.requirement("oidc-back-channel-logout-2.8-1"))
    func `is tried again while a client is away, and given up after a day`() async throws {
        let farewell = try await Farewell()
        farewell.people.clients.answer(503)
        try await farewell.journey.provider.signOut(farewell.browser, at: Journey.start)
        for second in stride(from: Int64(0), through: 2 * 86_400, by: 1) {
            let now = Journey.start + .seconds(second)
            guard try await !farewell.people.store.dueLogouts(at: now, limit: 1, perClient: 1).isEmpty else { continue }
            #expect(await farewell.journey.provider.deliverLogouts(at: now).isEmpty)
        }
        let posts = farewell.people.clients.posts
        #expect(posts.count > 10)
        #expect(try await farewell.people.store.outboxCounts().logouts == 0)
        #expect(try await farewell.journey.events("logout.failed").map(\.target) == ["client:web"])
        let identifiers = try posts.map { try Journey.claims(of: Self.token($0.form)).string("jti") }
        #expect(Set(identifiers).count == posts.count)
    }

    @Test(.requirement("oidc-back-channel-logout-2.5-3")) func `is not repeated to a client that refuses it`()
        async throws
    {
        let farewell = try await Farewell()
        farewell.people.clients.answer(400)
        try await farewell.journey.provider.signOut(farewell.browser, at: Journey.start)
        _ = await farewell.journey.provider.deliverLogouts(at: Journey.start)
        _ = await farewell.journey.provider.deliverLogouts(at: Journey.start + .seconds(3600))
        #expect(farewell.people.clients.posts.count == 1)
        #expect(try await farewell.journey.events("logout.failed").count == 1)
    }

    @Test(.timeLimit(.minutes(5)))
    func `goes past a client that does not answer, once to each session, however rounds overlap`() async throws {
        let people = try await People()
        let (slow, fast) = ("https://\(People.shop).example/logout", "https://\(People.notes).example/logout")
        try await people.person("bob")
        for place in 1...20 {
            let (browser, session) = try await people.signedIn("bob", in: People.browser("192.0.2.\(place)"))
            try await people.give(People.shop, in: session)
            try await people.provider.signOut(browser, at: People.start)
        }
        let (browser, session) = try await people.signedIn("bob", in: People.browser("192.0.2.99"))
        try await people.give(People.notes, in: session)
        try await people.provider.signOut(browser, at: People.start)
        people.clients.silence(slow)
        await withTaskGroup(of: [UpkeepProblem].self) { rounds in
            for second in Int64(0)..<4 {
                rounds.addTask { await people.provider.deliverLogouts(at: People.start + .seconds(second)) }
            }
            try? await eventually { people.clients.posts.contains { $0.url == fast } }
            let urls = people.clients.posts.map(\.url)
            #expect(urls.contains(fast), "nobody has answered for the other one yet")
            #expect(urls.filter { $0 == slow }.count <= 4)
            people.clients.silence(nil)
            for await problems in rounds { #expect(problems.isEmpty) }
        }
        for second in Int64(4)..<24 {
            #expect(await people.provider.deliverLogouts(at: People.start + .seconds(second)).isEmpty)
        }
        let sessions = try people.clients.posts.map { try Journey.claims(of: Self.token($0.form)).string("sid") }
        #expect(sessions.count == 21 && Set(sessions).count == 21)
        #expect(try await people.store.outboxCounts().logouts == 0)
    }

    @Test func `begins nothing more when the program ends, and leaves it for the next start`() async throws {
        let people = try await People()
        try await people.person("bob")
        for place in 1...9 {
            let (browser, session) = try await people.signedIn("bob", in: People.browser("192.0.2.\(place)"))
            try await people.give(People.shop, in: session)
            try await people.provider.signOut(browser, at: People.start)
        }
        let problems = await people.provider.deliverLogouts(at: People.start, while: { false })
        #expect(problems.isEmpty && people.clients.posts.count == 4)
        #expect(try await people.store.outboxCounts().logouts == 5)
        #expect(await people.provider.deliverLogouts(at: People.start).isEmpty)
        #expect(people.clients.posts.count == 9)
    }
}
