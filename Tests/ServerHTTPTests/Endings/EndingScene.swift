import AuthorizationServer
import JOSE
import OAuth
import Storage
import StorageTesting
import Testing

/// A person with two browsers: in this one an application with and without offline access, in the other one the same
/// application and a second one. Each holds every kind of credential.
struct EndingScene {
    let server: ConformanceServer
    let here: PageBrowser
    let there: PageBrowser
    /// This browser as it was before anything happened: a thief may have its cookies.
    let earlier: PageBrowser
    var online: GivenCredentials
    var offline: GivenCredentials
    let elsewhere: GivenCredentials
    let second: GivenCredentials
    let ada: Subject
    /// The main authorization of the application here.
    let grant: GrantID

    static let administrator = Administrator(
        actor: "uid:0", rights: Set(AdministrativeRight.allCases), address: "unix", requestID: "r")
    static let sessionCookie = "__Host-tessera-session"

    var administration: Administration { Administration(provider: server.provider) }
    var now: NumericDate { server.clock.now }

    /// What applications may be given: at an API that is sent JWTs, and at one that is sent opaque tokens.
    static func register(_ party: inout RelyingParty) {
        for name in ["api", "vault"] {
            party.resourceScopes[ResourceIndicator(unchecked: "https://\(name).example")] =
                Scope(unchecked: ["\(name).read"])
        }
    }

    init(_ server: ConformanceServer) async throws {
        self.server = server
        for name in ["api", "vault"] { try await Self.addResource(name, to: server) }
        online = try await GivenCredentials(Application(server))
        here = online.application.browser
        let name = try #require(LoginName("ada"))
        ada = try #require(try await server.store.user(signingInAs: name)?.id)
        grant = try #require(try await Self.newest(server, of: ada))
        elsewhere = try await GivenCredentials(Application(server))
        there = elsewhere.application.browser
        second = try await GivenCredentials(Application(server, id: "second", in: there))
        offline = try await GivenCredentials(Application(server, in: here), isOffline: true)
        earlier = PageBrowser(server.live)
        for (name, value) in here.cookies { earlier.keep(name, value) }
        #expect(Set([online.sid, elsewhere.sid, second.sid]).count == 3 && online.sid == offline.sid)
        let consent = try #require(try await server.store.consent(of: ada, to: ClientID(unchecked: "rp")))
        #expect(consent.resourceScopes.count == 2)
        var person = try #require(try await server.store.user(ada))
        person.pendingEmail = Self.unproven
        let change = try await server.store.update(person, ending: nil, at: server.clock.now, with: Effects([]))
        #expect(change == .done(Ended()))
    }

    /// What the person asked for, and nobody has proven.
    private static let unproven = LoginName(canonical: "ada@thief.example")

    static func addResource(_ name: String, to server: ConformanceServer) async throws {
        let secret = StoredSecret(
            id: "s", hash: TokenHash(of: ConformanceServer.secret), createdAt: LiveServer.start)
        _ = try await server.store.insert(
            ProtectedResource(
                id: ClientID(unchecked: name), identifier: ResourceIndicator(unchecked: "https://\(name).example"),
                name: name, credentials: RegisteredCredentials(method: .clientSecretBasic, secrets: [secret]),
                scope: Scope(unchecked: ["\(name).read"]), tokenFormat: name == "vault" ? .opaque : .jwt,
                createdAt: LiveServer.start),
            recording: AuditEvent(at: LiveServer.start, action: "test", actor: "test"))
    }

    /// The authorization at the vault, of which a person has one for each set of credentials.
    private static func newest(_ server: ConformanceServer, of person: Subject) async throws -> GrantID? {
        try await server.store.authorizations(of: person, at: server.clock.now)
            .first { $0.resourceScopes[ResourceIndicator(unchecked: GivenCredentials.vault)] != nil }?.id
    }

    /// Compares what is left with what the table says.
    func expect(_ row: EndingTable.Row) async throws {
        try await expectSession(row[.thisSession])
        try await expect(there, isSignedIn: row[.otherSessions] == "–", row[.otherSessions])
        try await expect(online, row[.givenHere])
        try await expect(offline, row[.givenOffline])
        try await expect(elsewhere, row[.givenThere])
        try await expect(second, row[.otherApplications])
        try await expectConsent(row[.consent])
        try await expectAddress(row[.address])
        try await expectTold(row[.told])
    }

    private func expectSession(_ cell: String) async throws {
        #expect(["–", "ends", "new secret"].contains(cell), "no such word: \(cell)")
        try await expect(here, isSignedIn: cell != "ends", cell)
        try await expect(earlier, isSignedIn: cell == "–", cell)
    }

    private func expect(_ browser: PageBrowser, isSignedIn: Bool, _ cell: String) async throws {
        #expect(["–", "ends", "end", "that one", "new secret"].contains(cell), "no such word: \(cell)")
        try await browser.get("/account")
        #expect(browser.last.status == (isSignedIn ? 200 : 303), "\(cell)")
    }

    private func expect(_ given: GivenCredentials, _ cell: String) async throws {
        let expected = try #require(GivenCredentials.expectation(cell), "no such word: \(cell)")
        #expect(try await given.left() == expected, "\(cell)")
    }

    private func expectConsent(_ cell: String) async throws {
        let consent = try await server.store.consent(of: ada, to: ClientID(unchecked: "rp"))
        let left = consent?.resourceScopes.keys.map(\.rawValue).sorted()
        switch cell {
        case "–": #expect(left == [GivenCredentials.api, GivenCredentials.vault])
        case "withdrawn": #expect(left == nil)
        case "withdrawn there": #expect(left == [GivenCredentials.api])
        default: Issue.record("no such word: \(cell)")
        }
    }

    private func expectAddress(_ cell: String) async throws {
        let waiting = try await server.store.user(ada)?.pendingEmail
        switch cell {
        case "–": #expect(waiting == Self.unproven)
        case "dropped": #expect(waiting == nil)
        case "the new one": #expect(waiting != nil && waiting != Self.unproven)
        default: Issue.record("no such word: \(cell)")
        }
    }

    /// Who was told, by name and `sid`.
    private func expectTold(_ cell: String) async throws {
        let names = [
            "rp \(online.sid)": "rp here", "rp \(elsewhere.sid)": "rp there", "second \(second.sid)": "second",
        ]
        let expected: Set<String>
        switch cell {
        case "–": expected = []
        case "the applications of this session": expected = ["rp here"]
        case "the applications of that session", "the applications of those sessions":
            expected = ["rp there", "second"]
        case "the applications of all sessions": expected = ["rp here", "rp there", "second"]
        case "that application, for each session": expected = ["rp here", "rp there"]
        case "its application": expected = ["rp here"]
        default:
            Issue.record("no such word: \(cell)")
            return
        }
        for _ in 0..<4 { _ = await server.provider.deliverLogouts(at: now) }
        let published = try await server.keySet()
        var told: Set<String> = []
        for post in server.loggedOut.posts {
            let jwt = try UnverifiedJWT(try #require(try FormParameters(post.form)["logout_token"]))
            let key = try #require(published.verificationKeys(for: jwt.header).first)
            let claims = try jwt.verified(by: key, type: .exactly("logout+jwt")).claims
            let client = try #require(claims.string("aud"))
            #expect(post.url == "https://\(client).example/logout" && claims.string("sub") == ada.rawValue)
            told.insert(names["\(client) \(claims.string("sid") ?? "")"] ?? "another")
        }
        #expect(told == expected, "\(cell)")
    }
}
