//! An API in Hummingbird that demands access tokens and follows what its issuer revokes.

// snippet.hide
import Hummingbird
import JOSE
import Logging
import OAuth
import OAuthTransport
import ResourceServer
import ResourceServerHummingbird

actor Notes {
    func list(for subject: Subject?) -> [String] { [] }
}

func serve(_ notes: Notes, secret: String, now: @escaping @Sendable () -> NumericDate) async throws {
    // snippet.show
    // snippet.ten-lines
    let transport = try AsyncHTTPTransport()
    let api = try ProtectedResource(
        issuer: "https://id.example.com", resource: "https://notes.example.com",
        registration: ResourceRegistration(id: "notes", secret: secret), transport: transport, now: now)
    let router = Router(context: AccessContext.self)
    api.describe(on: router)
    router.group("notes").add(middleware: api.demanding("read"))
        .get { _, context in await notes.list(for: context.accessToken?.subject) }
    let server = Application(router: router, services: [api])
    // snippet.end
    // snippet.hide
    try await server.runService()
    try await transport.shutdown()
}
