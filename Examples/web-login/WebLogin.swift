import ArgumentParser
import FoundationEssentials
import Hummingbird
import JOSE
import Logging
import OAuth
import OAuthClient
import OAuthTransport

/// A web application in which people sign in with Tessera: all that is special about it is in `WebApplication`.
@main
struct WebLogin: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "web-login", abstract: "A sample application that people sign in to with Tessera.",
        discussion: "The client's secret is read from the environment variable CLIENT_SECRET.")

    @Option(help: "The issuer, exactly as it calls itself.") var issuer: String
    @Option(help: "The client_id that the application is registered with.") var clientID: String
    @Option(help: "The name on its pages.") var name = "Orchard"
    @Option(help: "The port on 127.0.0.1.") var port = 3000
    @Option(help: "Where browsers find it; http on loopback, or https behind a proxy.") var baseURL: String?
    @Option(help: "What it asks for.") var scope = "openid profile email offline_access"
    @Option(help: "The protected resource that its access tokens are for.") var resource: String?
    @Option(help: "A PEM file with the authority of the issuer's certificate, beside those of the system.")
    var ca: String?
    @Option(help: "The algorithm that the client is registered with for ID tokens.") var idTokenAlgorithm = "ES256"

    func run() async throws {
        guard let issuer = Issuer(issuer), let id = ClientID(clientID) else {
            throw ValidationError("--issuer or --client-id is malformed")
        }
        guard let algorithm = Algorithm(rawValue: idTokenAlgorithm) else {
            throw ValidationError("--id-token-algorithm is unknown")
        }
        let base = baseURL ?? "http://127.0.0.1:\(port)"
        var wishes = SignInWishes()
        wishes.scope = try Scope(scope)
        wishes.resource = try resource.map { try ResourceIndicator($0) }
        let secret = ProcessInfo.processInfo.environment["CLIENT_SECRET"].map { Secret($0) }
        let client = RelyingPartyClient(
            id: id, authentication: secret.map { .secretBasic($0) } ?? .none, redirectURI: base + "/callback",
            idTokenAlgorithm: algorithm)
        let http = try AsyncHTTPTransport(authority: ca)
        let provider = Provider(issuer: issuer, transport: http)
        let application = WebApplication(
            name: name, base: base, wishes: wishes, flow: AuthorizationCodeFlow(provider: provider, client: client),
            logout: RelyingPartyLogout(provider: provider, client: client))
        var logger = Logger(label: "web-login")
        logger.logLevel = .notice
        let server = Application(
            router: application.router,
            configuration: .init(address: .hostname("127.0.0.1", port: port), serverName: nil), logger: logger)
        print("\(name) is at \(base)/")
        do {
            try await server.runService()
            try await http.shutdown()
        } catch {
            try? await http.shutdown()
            throw error
        }
    }

    /// The only place that reads the clock.
    static func now() -> NumericDate { NumericDate(secondsSince1970: Int64(Date().timeIntervalSince1970)) }
}
