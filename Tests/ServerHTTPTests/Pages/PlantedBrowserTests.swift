import ServerHTTP
import Testing

/// The cookie that names a browser is there before anybody signs in and stays when they do. So it must open nothing by
/// itself: all that a sign-in gives hangs from the session's cookie, which is new each time.
@Suite struct `A browser cookie that a stranger planted` {
    private static let name = "__Host-tessera-browser"

    @Test func `gives the stranger nothing of who signs in with it`() async throws {
        let server = try await PageServer()
        let (stranger, victim) = (server.browser(), server.browser())
        try await stranger.get("/sign-in")
        let planted = try #require(stranger.cookies[Self.name])
        victim.keep(Self.name, planted)
        try await victim.get("/authorize?" + PageServer.request())
        let waiting = victim.location
        try await victim.follow()
        try await victim.post("/sign-in", ["login": "ada", "password": PageServer.password])
        #expect(victim.cookies["__Host-tessera-session"] != nil && victim.cookies[Self.name] == planted)

        try await stranger.get("/account")
        #expect(stranger.location == "/sign-in")
        // What the victim began and signed in for asks the stranger for a password, and takes no consent.
        try await stranger.get(waiting)
        #expect(stranger.page.all("input").contains { $0.attributes["name"] == "password" })
        #expect(!stranger.last.body.contains("ada"))
        try await stranger.post("/consent", ["decision": "allow", "scope": "email"])
        try await stranger.get(waiting)
        #expect(!stranger.location.contains("code="))
        #expect(stranger.page.all("input").contains { $0.attributes["name"] == "password" })

        // The form token that the stranger knows is that of a browser in which nobody is signed in.
        let token = try #require(
            stranger.page.all("input").first { $0.attributes["name"] == "form_token" }?.attributes["value"])
        for page in ["/account/log-out-everywhere", "/account/profile", "/consent", "/logout"] {
            try await victim.post(page, ["form_token": token], fillingIn: false)
            #expect(victim.last.status == 403, "\(page)")
        }
        try await victim.get("/account")
        #expect(victim.last.status == 200)
        try await server.live.shutDown()
    }
}
