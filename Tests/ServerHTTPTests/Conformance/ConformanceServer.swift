import Authenticators
import AuthorizationServer
import Crypto
import JOSE
import NIOPosix
import OAuth
import Risk
import ServerHTTP
import Storage
import StorageTesting
import Synchronization
import Testing

/// An issuer as the OpenID Foundation's suite meets one: three applications, a person of whom every claim is known, and
/// a clock that can be moved on.
struct ConformanceServer: Sendable {
    static let issuer = "https://id.example"
    static let password = "a plain sentence about three green herons"
    static let secret = Secret("tsc_conformance-secret-0123456789abcdefghijklm")
    static let everyScope = Scope(unchecked: ["openid", "profile", "email", "address", "phone", "offline_access"])

    let live: LiveServer
    let provider: OpenIDProvider
    let clock: MovableClock
    let loggedOut: LoggedOutClients
    let store: InMemoryStore

    /// `change` makes the applications' registration something else, `registration` who may register another; `fetcher`
    /// gets what they say is elsewhere.
    init(
        _ change: (inout RelyingParty) -> Void = { _ in },
        registration: (inout RegistrationPolicy) -> Void = { _ in }, fetcher: (any DocumentFetcher)? = nil,
        mail: (any MailTransport)? = nil
    ) async throws {
        let issuer = try #require(Issuer(Self.issuer))
        let (store, clock, loggedOut) = (InMemoryStore(), MovableClock(), LoggedOutClients())
        (self.store, self.clock, self.loggedOut) = (store, clock, loggedOut)
        var policy = ServerPolicy()
        policy.registration.isEnabled = true
        policy.registration.isOpen = true
        // More wrong tokens than anybody may guess: what slows them down has tests of its own.
        policy.registration.guessThrottle.burst = 1_000
        registration(&policy.registration)
        let methods: [(String, AuthenticationMethod)] = [
            ("rp", .clientSecretBasic), ("second", .clientSecretPost), ("public", .none),
        ]
        for (id, method) in methods {
            var party = RelyingParty(
                redirectURIs: ["https://\(id).example/cb"], postLogoutRedirectURIs: ["https://\(id).example/bye"],
                identityScope: Self.everyScope, idTokenAlgorithm: .RS256,
                backchannelLogoutURI: "https://\(id).example/logout", backchannelLogoutSessionRequired: true)
            change(&party)
            try await Self.register(id, method, party, in: store)
        }
        provider = try await OpenIDProvider.open(
            issuer: issuer, policy: policy, store: store,
            sealer: try #require(SecretSealer(dataKeys: ["k1": SymmetricKey(size: .bits256)], current: "k1")),
            secrets: .system,
            fetcher: fetcher ?? GuardedFetcher(eventLoops: MultiThreadedEventLoopGroup.singleton),
            passwords: PasswordHasher(
                PasswordHasherSettings(
                    parameters: try #require(Argon2Parameters(memory: 64, passes: 1)), threads: 2, waiting: 64),
                secrets: .system), outbound: Outbound(mail: mail, logout: loggedOut), at: LiveServer.start)
        _ = try await Administration(provider: provider).createUser(
            Self.ada,
            by: Administrator(
                actor: "uid:0", rights: Set(AdministrativeRight.allCases), address: "unix", requestID: "r"),
            at: LiveServer.start)
        live = try await LiveServer.server(
            of: provider, pages: try PageRenderer(issuer: issuer), now: { clock.now })
    }

    /// Runs `body` against a server of its own, and stops it.
    static func run(
        _ change: (inout RelyingParty) -> Void = { _ in }, mail: (any MailTransport)? = nil,
        _ body: (ConformanceServer) async throws -> Void
    ) async throws {
        let server = try await ConformanceServer(change, mail: mail)
        do { try await body(server) } catch {
            try? await server.live.shutDown()
            throw error
        }
        try await server.live.shutDown()
    }

    static func register(
        _ id: String, _ method: AuthenticationMethod, _ party: RelyingParty, in store: InMemoryStore
    ) async throws {
        let stored = StoredSecret(id: "s", hash: TokenHash(of: secret), createdAt: LiveServer.start)
        _ = try await store.insert(
            RegisteredClient(
                id: ClientID(unchecked: id), name: id,
                credentials: RegisteredCredentials(method: method, secrets: method.usesSecret ? [stored] : []),
                grantTypes: [.authorizationCode, .refreshToken],
                allowedOrigins: method == .none ? ["https://\(id).example"] : [],
                relyingParty: party, createdAt: LiveServer.start),
            recording: AuditEvent(at: LiveServer.start, action: "test", actor: "test"))
    }

    /// Somebody of whom every claim of the standard scopes is known.
    private static let ada = UserDraft(
        username: "ada", email: "ada@mail.example", isEmailVerified: true, password: Secret(password),
        attributes: JSONObject([
            ("name", .string("Ada Lovelace")), ("given_name", .string("Ada")), ("family_name", .string("Lovelace")),
            ("middle_name", .string("King")),
            ("nickname", .string("ada")), ("gender", .string("female")), ("birthdate", .string("1815-12-10")),
            ("zoneinfo", .string("Europe/London")),
            ("locale", .string("en-GB")), ("website", .string("https://ada.example")),
            ("profile", .string("https://ada.example/about")),
            ("picture", .string("https://ada.example/ada.png")), ("phone_number", .string("+44 20 7946 0000")),
            ("phone_number_verified", .bool(true)),
            (
                "address",
                .object(
                    JSONObject([("street_address", .string("12 St James's Square")), ("locality", .string("London"))]))
            ),
        ]))
}

/// A clock that goes on only when a test says so.
final class MovableClock: Sendable {
    private let time = Mutex(LiveServer.start)

    var now: NumericDate { time.withLock { $0 } }
    func advance(_ seconds: Int64) { time.withLock { $0 = $0 + .seconds(seconds) } }
}

/// Applications that hear of logouts.
final class LoggedOutClients: LogoutTransport {
    private let state = Mutex<(posts: [(form: [UInt8], url: String)], crowd: Int)>(([], 1))

    var posts: [(form: [UInt8], url: String)] { state.withLock { $0.posts } }

    /// From now on nobody answers before so many were told.
    func answer(onlyWhenToldAll count: Int) { state.withLock { $0.crowd = count } }

    func post(_ form: [UInt8], to url: String) async throws -> Int {
        state.withLock { $0.posts.append((form, url)) }
        for _ in 0..<10_000 {
            if state.withLock({ $0.posts.count >= $0.crowd }) { return 200 }
            try await Task.sleep(for: .milliseconds(1))
        }
        return 503
    }
}
