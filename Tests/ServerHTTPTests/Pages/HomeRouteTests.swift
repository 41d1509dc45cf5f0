import ServerHTTP
import Testing

@Suite struct `The bare address of an issuer` {
    @Test(arguments: [("", ["/"]), ("/tenant", ["/tenant", "/tenant/"])])
    func `leads people to their account`(path: String, homes: [String]) async throws {
        let server = try await PageServer(at: "https://id.example" + path)
        for home in homes {
            for method in ["GET", "HEAD"] {
                let browser = server.browser()
                try await browser.get(home, method: method)
                #expect(browser.last.status == 303 && browser.location == path + "/account", "\(method) \(home)")
                #expect(browser.cookies.isEmpty, "nobody is known by it")
            }
            #expect(try await server.browser().post(home, [:]).status == 405)
        }
        try await server.live.shutDown()
    }

    @Test func `is nothing where nobody signs in`() async throws {
        let server = try await LiveServer.publicServer()
        #expect(try await server.exchange(RequestText.request("GET", "/", [])).status == 404)
        try await server.shutDown()
    }
}
