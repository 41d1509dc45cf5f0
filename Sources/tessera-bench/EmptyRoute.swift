import Hummingbird
import Logging

/// A server with two routes that do nothing: what everything else is compared with.
func emptyRoute(port: Int) async throws {
    let router = Router()
    router.get("/empty") { _, _ in empty }
    router.post("/empty") { _, _ in empty }
    var logger = Logger(label: "empty")
    logger.logLevel = .error
    let application = Application(
        router: router, configuration: .init(address: .hostname("127.0.0.1", port: port)), logger: logger)
    try await application.runService()
}

private let empty = Response(
    status: .ok, headers: [.contentType: "application/json"], body: .init(byteBuffer: ByteBuffer(string: "{}")))
