import Authenticators
import AuthorizationServer
import Crypto
import Foundation
import JOSE
import NIOCore
import NIOPosix
import OAuth
import ServerHTTP
import Storage
import StorageTesting
import Testing

/// The public listener of an issuer with one person and one application.
struct PageServer: Sendable {
    static let password = "a plain sentence about three green herons"
    static let callback = "https://orders.example/callback"

    let live: LiveServer
    let provider: OpenIDProvider
    let administration: Administration

    init(
        at address: String = "https://id.example", policy: ServerPolicy = ServerPolicy(),
        mail: (any MailTransport)? = nil
    ) async throws {
        let issuer = try #require(Issuer(address))
        let sealer = try #require(
            SecretSealer(dataKeys: ["k1": SymmetricKey(size: .bits256)], current: "k1"))
        let store = InMemoryStore()
        provider = try await OpenIDProvider.open(
            issuer: issuer, policy: policy, store: store, sealer: sealer, secrets: .system,
            fetcher: GuardedFetcher(eventLoops: MultiThreadedEventLoopGroup.singleton),
            passwords: PasswordHasher(
                PasswordHasherSettings(
                    parameters: try #require(Argon2Parameters(memory: 64, passes: 1)), threads: 2, waiting: 64),
                secrets: .system), outbound: Outbound(mail: mail), at: LiveServer.start)
        administration = Administration(provider: provider)
        for (id, name) in [("orders", "Orders"), ("notes", "Notes")] {
            let party = RelyingParty(
                redirectURIs: ["https://\(id).example/callback"],
                postLogoutRedirectURIs: ["https://\(id).example/bye"])
            _ = try await store.insert(
                RegisteredClient(
                    id: ClientID(unchecked: id), name: name, credentials: RegisteredCredentials(method: .none),
                    grantTypes: [.authorizationCode, .refreshToken], relyingParty: party,
                    createdAt: LiveServer.start),
                recording: AuditEvent(at: LiveServer.start, action: "test", actor: "test"))
        }
        _ = try await administration.createUser(
            UserDraft(
                username: "ada", email: "ada@mail.example", isEmailVerified: true, password: Secret(Self.password)),
            by: Administrator(
                actor: "uid:0", rights: Set(AdministrativeRight.allCases), address: "unix", requestID: "r"),
            at: LiveServer.start)
        live = try await LiveServer.server(of: provider, pages: try PageRenderer(issuer: issuer))
    }

    /// A request as an application sends people with it.
    static func request(
        _ client: String = "orders", _ more: String = "", scope: String = "openid%20email"
    ) -> String {
        "response_type=code&client_id=\(client)&redirect_uri=https%3A%2F%2F\(client).example%2Fcallback"
            + "&scope=\(scope)&state=xyz&nonce=n1&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
            + "&code_challenge_method=S256" + more
    }

    func browser() -> PageBrowser { PageBrowser(live) }
}

/// A browser without script: it keeps cookies, reads forms, and follows nothing by itself.
final class PageBrowser {
    private let live: LiveServer
    private(set) var cookies: [String: String] = [:]
    private(set) var last = RawAnswer("")

    init(_ live: LiveServer) { self.live = live }

    var page: PageHTML { PageHTML(last.body) }

    /// Where the last answer leads, as a path; what another host is, as it is.
    var location: String { last.header("location") ?? "" }

    @discardableResult
    func get(_ target: String, method: String = "GET", _ headers: String...) async throws -> RawAnswer {
        try await send(RequestText.request(method, target, headers + cookieHeader))
    }

    /// Posts what the form of the last page would, with these fields filled in or replaced; `nil` leaves one out.
    @discardableResult
    func post(
        _ target: String, _ fields: KeyValuePairs<String, String?>, _ headers: String...,
        fillingIn isFilling: Bool = true
    ) async throws -> RawAnswer {
        var all: [(String, String)] = []
        let given = Set(fields.map(\.key))
        if isFilling {
            for input in page.all("input") where input.attributes["type"] == "hidden" {
                let name = input.attributes["name"] ?? ""
                if !given.contains(name), !all.contains(where: { $0.0 == name }) {
                    all.append((name, input.attributes["value"] ?? ""))
                }
            }
        }
        for (name, value) in fields { if let value { all.append((name, value)) } }
        let body = all.map { "\(Self.encoded($0.0))=\(Self.encoded($0.1))" }.joined(separator: "&")
        let type =
            headers.contains { $0.hasPrefix("content-type") }
            ? [] : ["content-type: application/x-www-form-urlencoded"]
        return try await send(RequestText.request("POST", target, headers + type + cookieHeader, body: body))
    }

    /// Says yes on the consent page as it stands: with every box ticked that is.
    @discardableResult
    func agree() async throws -> RawAnswer {
        var form = FormWriter()
        for input in page.all("input") {
            let type = input.attributes["type"]
            guard type == "hidden" || (type == "checkbox" && input.attributes["checked"] != nil) else { continue }
            form.append(input.attributes["name"] ?? "", input.attributes["value"] ?? "")
        }
        form.append("decision", "allow")
        let headers = ["content-type: application/x-www-form-urlencoded"] + cookieHeader
        return try await send(RequestText.request("POST", "/consent", headers, body: form.text))
    }

    @discardableResult
    func follow() async throws -> RawAnswer { try await get(location) }

    func forget(_ name: String) { cookies[name] = nil }
    func keep(_ name: String, _ value: String) { cookies[name] = value }

    private static func encoded(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
    }

    private var cookieHeader: [String] {
        cookies.isEmpty ? [] : ["cookie: " + cookies.map { "\($0.key)=\($0.value)" }.joined(separator: "; ")]
    }

    private func send(_ request: String) async throws -> RawAnswer {
        last = try await live.exchange(request)
        for line in last.all("set-cookie") {
            let pair = line.split(separator: ";")[0].split(separator: "=", maxSplits: 1)
            let name = String(pair[0])
            cookies[name] = line.contains("Max-Age=0") || pair.count < 2 ? nil : String(pair[1])
        }
        return last
    }

    /// From an application to its code, through the pages.
    func signIn(_ password: String = PageServer.password, for request: String) async throws {
        try await get("/authorize?" + request)
        try await follow()
        try await post("/sign-in", ["login": "ada", "password": password])
    }

    func signIn() async throws {
        try await get("/sign-in")
        try await post("/sign-in", ["login": "ada", "password": PageServer.password])
    }
}

/// Takes every mail, for pages that say another thing where none can be sent.
struct TakingMail: MailTransport {
    func send(_ mail: OutgoingMail) async throws(MailTransportError) {}
}
