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
    @Option(help: "What this API is registered as, with the secret in $CLIENT_SECRET: then it follows revocations.")
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
        let api = try ProtectedResource(
            issuer: issuer, resource: resource, registration: registration(), transport: transport, logger: logger,
            now: Self.now)
        let server = Application(
            router: Self.routes(api, Notes()),
            configuration: .init(address: .hostname("127.0.0.1", port: port), serverName: nil), services: [api],
            logger: logger)
        print("the notes are at http://127.0.0.1:\(port)/notes")
        do {
            try await server.runService()
            try await transport.shutdown()
        } catch {
            try? await transport.shutdown()
            throw error
        }
    }

    /// With it the API hears of tokens that were revoked, and takes opaque tokens and API keys, too.
    private func registration() throws -> ResourceRegistration? {
        guard let clientID else { return nil }
        guard let secret = ProcessInfo.processInfo.environment["CLIENT_SECRET"] else {
            throw ValidationError("--client-id needs the secret of the API in CLIENT_SECRET")
        }
        return try ResourceRegistration(id: clientID, secret: secret)
    }

    /// The only place that reads the clock.
    @Sendable static func now() -> NumericDate {
        NumericDate(secondsSince1970: Int64(Date().timeIntervalSince1970))
    }
}
