import AsyncHTTPClient
import Hummingbird
import Logging
import NIOCore
import NIOHTTP1

/// A proxy that checks nothing: what passing requests on costs by itself, to compare the gateway with.
func plainProxy(port: Int, upstream: String) async throws {
    var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow, decompression: .disabled)
    configuration.httpVersion = .http1Only
    configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 1_024
    let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    let router = Router()
    router.get("**") { request, _ in
        var outgoing = HTTPClientRequest(url: upstream + request.uri.description)
        for field in request.headers where field.name != .connection {
            outgoing.headers.add(name: field.name.rawName, value: field.value)
        }
        let answer = try await client.execute(outgoing, timeout: .seconds(10))
        let length = answer.headers.first(name: "content-length").flatMap { Int($0) }
        var response = Response(
            status: .init(code: Int(answer.status.code)),
            body: ResponseBody(contentLength: length) { writer in
                for try await piece in answer.body { try await writer.write(piece) }
                try await writer.finish(nil)
            })
        response.headers[.contentType] = answer.headers.first(name: "content-type")
        return response
    }
    var logger = Logger(label: "proxy")
    logger.logLevel = .error
    let application = Application(
        router: router, configuration: .init(address: .hostname("127.0.0.1", port: port)), logger: logger)
    try await application.runService()
}
