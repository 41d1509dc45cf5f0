import AuthorizationServer
import JOSE
import OAuth
import ServerHTTP
import Storage
import Testing

@Suite struct `The page of what happened` {
    private static let root = Administrator(
        actor: "uid:0", rights: Set(AdministrativeRight.allCases), address: "unix", requestID: "r")

    @Test func `does not say that people did what operators did`() async throws {
        let server = try await PageServer()
        let store = server.provider.store
        try await server.browser().signIn()
        let ada = try #require(try await store.user(signingInAs: LoginName(canonical: "ada")))
        let session = try #require(try await store.sessions(of: ada.id, at: LiveServer.start).first)
        try await server.administration.endSession(session.id, by: Self.root, at: LiveServer.start)
        let consent = Consent(
            subject: ada.id, client: ClientID(unchecked: "orders"), identityScope: Scope(unchecked: ["openid"]),
            resourceScopes: [:], givenAt: LiveServer.start)
        try await store.give(consent, with: Effects([]))
        try await server.administration.endApplication(
            ClientID(unchecked: "orders"), of: ada.id, by: Self.root, at: LiveServer.start)
        let browser = server.browser()
        try await browser.signIn()
        let expected = [
            ("en", "A session was ended", "The access of Orders was ended", "by the people who run this place"),
            ("de", "Eine Sitzung wurde beendet", "Der Zugriff von Orders wurde beendet", "durch die Betreiber"),
        ]
        for (language, session, access, actor) in expected {
            try await browser.get("/account/activity", "accept-language: \(language)")
            for words in [session, access, actor] { #expect(browser.last.body.contains(words), "\(words)") }
            for words in ["You ended", "Sie haben eine Sitzung", "Sie haben den Zugriff"] {
                #expect(!browser.last.body.contains(words), "\(words)")
            }
        }
        try await server.live.shutDown()
    }

    @Test func `says of many wrong passwords how many there were, and from how many places`() async throws {
        let server = try await PageServer()
        let store = server.provider.store
        let ada = try #require(try await store.user(signingInAs: LoginName(canonical: "ada")))
        _ = try await store.append(
            (0..<260).map { index in
                AuditEvent(
                    at: LiveServer.start, action: "sign_in.refused", outcome: .refusal, actor: "anonymous",
                    target: "user:\(ada.id)", address: "203.0.113.\(index % 52)")
            })
        let browser = server.browser()
        try await browser.signIn()
        try await browser.get("/account/activity")
        #expect(browser.last.body.contains("with a wrong password (260 times)"))
        #expect(browser.last.body.contains("from 52 addresses") && !browser.last.body.contains("203.0.113."))
        #expect(browser.last.body.contains("You signed in"))
        try await server.live.shutDown()
    }
}
