import AuthorizationServer
import OAuth
import ServerHTTP
import Storage
import Testing

/// What people are told that an application asks for, over the wire.
@Suite struct ConsentPageTests {
    @Test func `says in the person's words what a scope of a resource means, and again on the account page`()
        async throws
    {
        let server = try await PageServer()
        let at = LiveServer.start
        let root = Administrator(
            actor: "uid:0", rights: Set(AdministrativeRight.allCases), address: "unix", requestID: "r")
        _ = try await server.administration.createResource(
            ResourceDraft(
                identifier: "https://api.example", name: "API", scope: "read write",
                scopeDescriptions: ["read": ScopeDescription("See <all>", translations: ["de": "Alles sehen"])]),
            by: root, at: at)
        var party = RelyingPartyDraft()
        party.resourceScopes = ["https://api.example": "read write"]
        _ = try await server.administration.updateClient(
            ClientID(unchecked: "orders"), with: ClientChange(relyingParty: party), by: root, at: at)
        let browser = server.browser()
        try await browser.signIn(for: PageServer.request(scope: "openid%20read%20write"))
        let page = browser.location
        #expect(try await browser.get(page, method: "GET", "accept-language: de-AT").body.contains("Alles sehen (API)"))
        let english = try await browser.get(page, method: "GET", "accept-language: en").body
        #expect(english.contains("See &lt;all&gt; (API)") && english.contains("Use “write” at API"))
        try await browser.agree()
        #expect(try await browser.get("/account/applications").body.contains("See &lt;all&gt; (API)"))
    }
}
