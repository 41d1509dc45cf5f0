import Authenticators
import AuthorizationServer
import Crypto
import JOSE
import OAuth
import Storage
import StorageTesting
import Synchronization
import Testing

/// An issuer with people, two applications and a mailbox, as tests about people need it.
struct People: Sendable {
    static let start = Issuance.start
    static let password = "a plain sentence about three green herons"
    static let shop = ClientID(unchecked: "shop")
    static let notes = ClientID(unchecked: "notes")

    let store: InMemoryStore
    let provider: OpenIDProvider
    let hasher: PasswordHasher
    let mailbox: Mailbox
    let clients: ListeningClients
    let administration: Administration

    static let weak = Argon2Parameters(memory: 256, passes: 1)

    init(policy: ServerPolicy = ServerPolicy(), sendsMail: Bool = true) async throws {
        store = InMemoryStore()
        mailbox = Mailbox()
        clients = ListeningClients()
        hasher = PasswordHasher(
            PasswordHasherSettings(parameters: try #require(Self.weak), threads: 2, waiting: 1024), secrets: .system)
        provider = try await OpenIDProvider.open(
            issuer: try #require(Issuer("https://id.example")), policy: policy, store: store,
            sealer: try #require(Issuance.sealer), secrets: .system, fetcher: CountingFetcher(), passwords: hasher,
            outbound: Outbound(mail: sendsMail ? mailbox : nil, logout: clients), at: Self.start)
        administration = Administration(provider: provider)
        for id in [Self.shop, Self.notes] {
            let party = RelyingParty(
                redirectURIs: ["https://\(id).example/cb"],
                postLogoutRedirectURIs: ["https://\(id).example/bye"],
                backchannelLogoutURI: "https://\(id).example/logout")
            _ = try await store.insert(
                RegisteredClient(
                    id: id, name: id.rawValue, credentials: RegisteredCredentials(method: .none),
                    grantTypes: [.authorizationCode, .refreshToken], relyingParty: party, createdAt: Self.start),
                recording: AuditEvent(at: Self.start, action: "test", actor: "test"))
        }
    }

    @discardableResult
    func person(
        _ name: String, password: String? = password, email: String? = nil, isVerified: Bool = true
    ) async throws -> User {
        try await administration.createUser(
            UserDraft(
                username: name, email: email ?? "\(name)@mail.example", isEmailVerified: isVerified,
                password: password.map { Secret($0) }), by: .root, at: Self.start)
    }

    /// A browser that has not been here before.
    static func browser(_ address: String = "192.0.2.1", secrets: BrowserSecrets? = nil) -> Browser {
        Browser(
            secret: secrets?.browser, session: secrets?.session, caller: Caller(address: address, requestID: "r1"),
            userAgent: "Tests/1", languages: ["en"])
    }

    func signIn(
        _ login: String, _ password: String = password, in browser: Browser = browser(), handle: Secret? = nil,
        at now: NumericDate = start
    ) async throws -> SignInOutcome {
        try await provider.signIn(
            SignInAttempt(login: login, password: Secret(password), handle: handle), browser: browser, at: now)
    }

    /// A browser in which `login` is signed in.
    func signedIn(
        _ login: String, _ password: String = password, in browser: Browser = browser(), at now: NumericDate = start
    ) async throws -> (browser: Browser, session: Session) {
        guard case .signedIn(let secrets, let session) = try await signIn(login, password, in: browser, at: now) else {
            throw NotSignedIn()
        }
        return (Self.browser(browser.caller.address, secrets: secrets), session)
    }
    struct NotSignedIn: Error {}

    func account(of browser: Browser, at now: NumericDate = start) async throws -> AccountArea {
        try #require(try await provider.account(of: browser, at: now))
    }

    /// What a person gave to a client, with its refresh family, as the authorization and token endpoints store it.
    @discardableResult
    func give(
        _ client: ClientID, in session: Session, isOffline: Bool = false, at now: NumericDate = start
    ) async throws -> Authorization {
        let grant = GrantID(unchecked: SecretGenerator.system.identifier())
        let authorization = Authorization(
            id: grant, client: client, subject: session.subject, session: session.id,
            identityScope: Scope(unchecked: isOffline ? ["openid", "offline_access"] : ["openid"]),
            resourceScopes: [:], isOffline: isOffline, authenticatedAt: now, methods: ["pwd"], acr: nil, nonce: nil,
            claimsRequest: nil, createdAt: now, expiresAt: now + .seconds(86_400))
        let code = AuthorizationCode(
            hash: TokenHash(of: SecretGenerator.system.secret(.authorizationCode)), grant: grant,
            redirectURI: "https://\(client).example/cb", challenge: "c", expiresAt: now + .seconds(60))
        try #require(try await store.insert(authorization, code: code, spending: nil, with: Effects([])))
        let family = RefreshFamily(
            grant: grant, sealedKey: [1], createdAt: now, idleLifetime: 3600, expiresAt: now + .seconds(86_400))
        try #require(try await store.redeem(code.hash, starting: family, at: now) == .redeemed)
        return authorization
    }

    func isAlive(_ authorization: Authorization, at now: NumericDate = start) async throws -> Bool {
        let record = try await store.refreshRecord(authorization.id, at: now)
        let lives = try await store.authorization(authorization.id) != nil
        let refreshes = record.map { !$0.isEnded && $0.userMayAct && $0.sessionStands } ?? false
        #expect(lives == refreshes, "authorization and refresh token end together")
        #expect(lives == !provider.revocations.hasEnded(authorization.id), "access tokens end with them")
        return lives
    }

    func isSignedIn(_ browser: Browser, at now: NumericDate = start) async throws -> Bool {
        try await provider.session(of: browser, at: now) != nil
    }

    func events(_ action: String) async throws -> [AuditEvent] {
        _ = await provider.flush(at: Self.start)
        return try await store.events(AuditQuery(action: action, limit: 1000))
    }
}

/// A mail server that keeps what it is given, for tests about what is sent and when.
final class Mailbox: MailTransport {
    private let state = Mutex<(mails: [OutgoingMail], refusal: MailTransportError?)>(([], nil))

    var mails: [OutgoingMail] { state.withLock { $0.mails } }
    func refuse(_ error: MailTransportError?) { state.withLock { $0.refusal = error } }

    func send(_ mail: OutgoingMail) async throws(MailTransportError) {
        let refusal = state.withLock { state in
            if state.refusal == nil { state.mails.append(mail) }
            return state.refusal
        }
        if let refusal { throw refusal }
    }

    /// The secret of the link in the last mail.
    func link() throws -> Secret {
        let text = try #require(mails.last?.text)
        let parts = text.split(separator: "?link=")
        let secret = try #require(parts.count == 2 ? parts.last : nil).prefix { !$0.isWhitespace }
        return Secret(String(secret))
    }
}

/// Clients that hear of logouts.
final class ListeningClients: LogoutTransport {
    private let state = Mutex<(posts: [(form: [UInt8], url: String)], status: Int, silent: String?)>(([], 200, nil))

    var posts: [(form: [UInt8], url: String)] { state.withLock { $0.posts } }
    func answer(_ status: Int) { state.withLock { $0.status = status } }
    /// From now on nothing comes back from there, until another address, or none, is named.
    func silence(_ url: String?) { state.withLock { $0.silent = url } }

    func post(_ form: [UInt8], to url: String) async throws -> Int {
        let status = state.withLock { state in
            state.posts.append((form, url))
            return state.status
        }
        while state.withLock({ $0.silent == url }) { try await Task.sleep(for: .milliseconds(1)) }
        return status
    }
}

extension SignInOutcome {
    var isRefused: Bool { if case .refused = self { true } else { false } }
    var wait: Int64? { if case .throttled(let seconds) = self { seconds } else { nil } }
}

extension AccountOutcome {
    var isDone: Bool {
        switch self {
        case .done, .renewed: true
        default: false
        }
    }
}
