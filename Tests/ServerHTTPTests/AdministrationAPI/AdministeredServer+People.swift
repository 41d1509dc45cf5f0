import AuthorizationServer
import JOSE
import OAuth
import ServerHTTP
import Storage
import Testing

/// Somebody to administer. Ada is put into the store directly, so that she leaves no event.
extension AdministeredServer {
    static let password = "seven umbrellas against the window"
    static let ada = "/admin/v1/users/ada"
    static let session = SessionID(unchecked: "ada-session")
    static let grant = GrantID(unchecked: "ada-grant")
    static let sessionSecret = Secret("tss_secret-of-adas-session")
    static let codeSecret = Secret("tsk_secret-of-adas-code")

    static let adaHash = "$2b$04$abcdefghijklmnopqrstuu5Lo0g67CiD3M4RpN1BmBb4Crp5w7dbK"

    /// Ada, signed in, with what she gave to the client `svc`, which must be registered.
    func insertAda() async throws {
        let id = Subject(unchecked: "ada")
        let user = User(
            id: id, username: try #require(LoginName("ada")), email: LoginName("ada@example.org"),
            isEmailVerified: true, createdAt: Self.start)
        let stored = StoredPassword(encoded: Self.adaHash, changedAt: Self.start)
        #expect(try await store.insert(user, password: stored, with: Effects([])) == .inserted)
        let session = Session(
            id: Self.session, hash: TokenHash(of: Self.sessionSecret), subject: id, authenticatedAt: Self.start,
            methods: ["pwd"], createdAt: Self.start, expiresAt: Self.start + .seconds(3600), address: "192.0.2.7",
            userAgent: "Firefox")
        try await store.insert(session, replacing: nil, knowing: nil, with: Effects([]))
        let authorization = Authorization(
            id: Self.grant, client: ClientID(unchecked: "svc"), subject: id, session: Self.session,
            identityScope: Scope(unchecked: ["openid"]),
            resourceScopes: [ResourceIndicator(unchecked: "https://orders.example"): Scope(unchecked: ["read"])],
            isOffline: false, authenticatedAt: Self.start, methods: ["pwd"], acr: nil, nonce: nil, claimsRequest: nil,
            createdAt: Self.start, expiresAt: Self.start + .seconds(3600))
        let code = AuthorizationCode(
            hash: TokenHash(of: Self.codeSecret), grant: Self.grant, redirectURI: "https://app.example/cb",
            challenge: nil, expiresAt: Self.start + .seconds(60))
        #expect(try await store.insert(authorization, code: code, spending: nil, with: Effects([])))
        try await store.give(
            Consent(
                subject: id, client: ClientID(unchecked: "svc"), identityScope: Scope(unchecked: ["openid"]),
                resourceScopes: [:], givenAt: Self.start),
            with: Effects([]))
    }

    /// A person registered through the API.
    func register(_ username: String, _ members: String = "") async -> Reply {
        await socket(.post, "/admin/v1/users", #"{"username":"\#(username)"\#(members)}"#)
    }
}
