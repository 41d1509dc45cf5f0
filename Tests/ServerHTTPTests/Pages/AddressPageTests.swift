import AuthorizationServer
import JOSE
import OAuth
import ServerHTTP
import Storage
import Testing

/// What the pages say of an address that a link must prove, and where no link can be sent.
@Suite struct AddressPageTests {
    private static let button = #"name="address" value="send""#

    /// Signed in as somebody whose address nobody proved.
    private static func signedIn(
        mail: (any MailTransport)?
    ) async throws -> (server: PageServer, browser: PageBrowser) {
        let server = try await PageServer(mail: mail)
        let stored = try await server.provider.store.user(signingInAs: LoginName(canonical: "ada"))
        var user = try #require(stored)
        user.isEmailVerified = false
        _ = try await server.provider.store.update(user, ending: nil, at: user.updatedAt, with: Effects([]))
        let browser = server.browser()
        try await browser.signIn()
        try await browser.get("/account")
        return (server, browser)
    }

    @Test func `send the link again by a button, and say when it is not sent any more`() async throws {
        let (server, browser) = try await Self.signedIn(mail: TakingMail())
        #expect(browser.last.body.contains(Self.button))
        #expect(try await browser.post("/account", ["address": "send", "form_token": "wrong"]).status == 403)
        for _ in 1...3 {
            try await browser.get("/account")
            #expect(try await browser.post("/account", ["address": "send"]).status == 303)
            try await browser.follow()
            #expect(browser.last.body.contains("We sent a message to the address that is not confirmed yet."))
        }
        #expect(try await browser.post("/account", ["address": "send"]).status == 429)
        #expect(browser.last.body.contains("as many links as this server sends within an hour"))
        #expect(!browser.last.body.contains("We sent a message"))
        // Another address would wait for a link that does not come.
        try await browser.get("/account/profile")
        try await browser.post(
            "/account/profile", ["email": "new@mail.example", "current": PageServer.password])
        #expect(browser.last.status == 429 && browser.last.body.contains("Nothing was changed."))
        try await browser.get("/account")
        #expect(!browser.last.body.contains("new@mail.example"))
        try await server.live.shutDown()
    }

    @Test func `take an address in capitals for the one that it is`() async throws {
        let (server, browser) = try await Self.signedIn(mail: TakingMail())
        try await browser.get("/account/profile")
        try await browser.post("/account/profile", ["email": "ADA@Mail.example"])
        #expect(browser.last.status == 303 && browser.location == "/account/profile?done=yes")
        try await browser.follow()
        #expect(browser.last.body.contains("Saved."))
        try await server.live.shutDown()
    }

    @Test func `promise nothing where no mail is sent`() async throws {
        let (server, browser) = try await Self.signedIn(mail: nil)
        #expect(browser.last.body.contains("not confirmed yet") && !browser.last.body.contains(Self.button))
        try await browser.get("/account/profile")
        #expect(!browser.page.all("input").contains { ["email", "current"].contains($0.attributes["name"]) })
        try await browser.post(
            "/account/profile", ["email": "new@mail.example", "current": PageServer.password])
        #expect(browser.last.status == 422 && browser.last.body.contains("This server sends no mail"))
        let stranger = server.browser()
        try await stranger.get("/sign-in")
        #expect(!stranger.last.body.contains("Forgot your password?"))
        #expect(try await stranger.post("/reset", ["login": "ada"]).status == 200)
        #expect(stranger.last.body.contains("This server sends no mail"))
        #expect(!stranger.last.body.contains("on its way"))
        try await stranger.get("/reset")
        #expect(stranger.last.body.contains("This server sends no mail") && stranger.page.all("form").isEmpty)
        let other = try await PageServer(mail: TakingMail())
        let visitor = other.browser()
        try await visitor.get("/sign-in")
        #expect(visitor.last.body.contains("Forgot your password?"))
        try await visitor.get("/reset")
        try await visitor.post("/reset", ["login": "ada"])
        #expect(visitor.last.body.contains("on its way"))
        try await other.live.shutDown()
        try await server.live.shutDown()
    }

    /// The same for everybody: whether there is an account stays between the server and its mailbox.
    @Test func `answer a wish for a new password in the same way for everybody`() async throws {
        let server = try await PageServer(mail: TakingMail())
        var bodies: Set<String> = []
        for login in ["ada", "nobody", "", "nobody@mail.example"] {
            let browser = server.browser()
            try await browser.get("/reset")
            try await browser.post("/reset", ["login": login])
            #expect(browser.last.status == 200)
            bodies.insert(browser.last.body)
        }
        #expect(bodies.count == 1)
        try await server.live.shutDown()
    }
}
