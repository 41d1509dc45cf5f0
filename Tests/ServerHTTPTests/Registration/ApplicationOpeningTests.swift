import AuthorizationServer
import JOSE
import OAuth
import Storage
import TestSupport
import Testing

/// From the account page into an application (OpenID Core §4).
@Suite(.timeLimit(.minutes(5))) struct `The page of applications` {
    @Test(.requirement("oidc-core-4-1")) func `opens an application where it wants to be asked`() async throws {
        try await ConformanceServer.run { server async throws in
            let made = try await server.register(
                #""client_name":"App","initiate_login_uri":"https://app.example/login?from=account""#)
            let browser = PageBrowser(server.live)
            _ = try await server.application(made, in: browser).tokens(["scope": "openid email"])
            _ = try await Application(server, in: browser).tokens()
            try await browser.get("/account/applications")
            let links = browser.page.all("a").filter { $0.attributes["href"]?.contains("iss=") == true }
            #expect(links.count == 1, "one that says nothing of it is not opened from here")
            let link = try #require(links.first)
            let address = link.attributes["href"]?.replacing("&amp;", with: "&")
            // Who it is, the session says; an address in the logs of the application does not.
            #expect(address == "https://app.example/login?from=account&iss=https%3A%2F%2Fid.example")
            #expect(link.attributes["rel"] == "noreferrer" && browser.last.header("referrer-policy") == "no-referrer")
            #expect(browser.last.body.contains("app.example"))
        }
    }

    @Test(arguments: ["https://evil.example/x", nil])
    func `does not show the host that an unverified application says it is from`(opening: String?) async throws {
        try await ConformanceServer.run { server async throws in
            let mark = "Nobody here has checked this application"
            let browser = PageBrowser(server.live)
            _ = try await Application(server, in: browser).tokens()
            try await browser.get("/account/applications")
            #expect(!browser.last.body.contains(mark), "the operator registered this one")
            var members = #""client_name":"Bank","client_uri":"https://bank.example""#
            if let opening { members += #","initiate_login_uri":"\#(opening)""# }
            let made = try await server.register(members)
            _ = try await server.application(made, in: browser).tokens(["scope": "openid email"])
            try await browser.get("/account/applications")
            let host = opening == nil ? "app.example" : "evil.example"
            #expect(browser.last.body.contains("<p class=\"hint\">\(host)</p>"))
            #expect(browser.last.body.contains(mark))
            #expect(!browser.last.body.contains("bank.example"))
        }
    }

    @Test(.requirement("oidc-core-4-4"), arguments: ["http://127.0.0.1/login", "com.example.app:/login"])
    func `has no such address without https from an administrator either`(address: String) async throws {
        let server = try await ConformanceServer()
        var party = RelyingPartyDraft(redirectURIs: ["http://127.0.0.1/cb"])
        party.applicationType = "native"
        party.initiateLoginURI = address
        let draft = ClientDraft(
            name: "Native", credentials: CredentialsDraft(method: "none"), relyingParty: party)
        let error = await #expect(throws: AdministrationError.self) {
            try await Administration(provider: server.provider).createClient(
                draft,
                by: Administrator(
                    actor: "uid:0", rights: Set(AdministrativeRight.allCases), address: "unix", requestID: "r"),
                at: server.clock.now)
        }
        guard case .invalid(let problems) = error else { throw try #require(error) }
        #expect(problems.map(\.field) == ["initiate_login_uri"])
        try await server.live.shutDown()
    }

    @Test func `opens no application that is disabled`() async throws {
        try await ConformanceServer.run { server async throws in
            let made = try await server.register(#""initiate_login_uri":"https://app.example/login""#)
            let browser = PageBrowser(server.live)
            _ = try await server.application(made, in: browser).tokens()
            _ = try await Administration(provider: server.provider).updateClient(
                ClientID(unchecked: made.id), with: ClientChange(isEnabled: false),
                by: Administrator(
                    actor: "uid:0", rights: Set(AdministrativeRight.allCases), address: "unix", requestID: "r"),
                at: server.clock.now)
            try await browser.get("/account/applications")
            #expect(!browser.last.body.contains("https://app.example/login"))
        }
    }
}
