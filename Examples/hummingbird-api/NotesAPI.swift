import ArgumentParser
import Foundation
import Hummingbird
import JOSE
import Logging
import OAuth
import OAuthTransport
import ResourceServer
import ResourceServerHummingbird

/// An API of a few notes that demands access tokens. What protects it stands in `routes`.
@main
struct NotesAPI: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hummingbird-api", abstract: "An API that accepts access tokens of one issuer.")

    @Option(help: "The issuer, exactly as it calls itself.") var issuer: String
    @Option(help: "What this API is registered as.") var resource: String
    @Option(help: "A PEM file with the authority of the issuer's certificate, beside those of the system.")
    var ca: String?
    @Option(help: "The client ID of this API; opaque tokens are then taken, too, with the secret in $CLIENT_SECRET.")
    var clientID: String?
    @Option(help: "The port on 127.0.0.1.") var port = 3001

    /// Ten lines: whoever has a token for this API and the scope `read` sees the notes, and with `write` adds one.
    static func routes(_ api: ProtectedResource, _ notes: Notes) -> Router<AccessContext> {
        let router = Router(context: AccessContext.self)
        api.describe(on: router)
        router.group("notes").add(middleware: api.demanding("read"))
            .get { _, context in await notes.list(for: context.accessToken?.subject) }
        router.group("notes").add(middleware: api.demanding("write"))
            .post { request, context in
                try await notes.add(request.body.collect(upTo: 4096), for: context.accessToken?.subject)
            }
        return router
    }

    func run() async throws {
        let transport = try AsyncHTTPTransport(authority: ca)
        var logger = Logger(label: "hummingbird-api")
        logger.logLevel = .notice
        let server = Application(
            router: Self.routes(try api(transport), Notes()),
            configuration: .init(address: .hostname("127.0.0.1", port: port), serverName: nil), logger: logger)
        print("the notes are at http://127.0.0.1:\(port)/notes")
        do {
            try await server.runService()
            try await transport.shutdown()
        } catch {
            try? await transport.shutdown()
            throw error
        }
    }

    /// JWTs alone, or opaque tokens and API keys besides.
    private func api(_ transport: AsyncHTTPTransport) throws -> ProtectedResource {
        guard let clientID else {
            return try ProtectedResource(issuer: issuer, resource: resource, transport: transport, now: Self.now)
        }
        guard let issuer = Issuer(issuer), let id = ClientID(clientID),
            let secret = ProcessInfo.processInfo.environment["CLIENT_SECRET"]
        else { throw ValidationError("--issuer or --client-id is malformed, or CLIENT_SECRET is missing") }
        let name = try ResourceIndicator(resource)
        let discovery = IssuerDiscovery(issuer: issuer, transport: transport)
        let registration = IntrospectionClient.Registration(
            resource: name, id: id, authentication: .secretBasic(Secret(secret)))
        let accessGuard = AccessGuard(
            AccessTokenValidator(discovery, resource: name),
            introspection: IntrospectionClient(discovery, as: registration))
        return ProtectedResource(accessGuard, resource: name, now: Self.now)
    }

    /// The only place that reads the clock.
    @Sendable static func now() -> NumericDate {
        NumericDate(secondsSince1970: Int64(Date().timeIntervalSince1970))
    }
}
