import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOSSL

/// One request and its whole answer, with a bound on time and size; redirects are never followed.
enum HTTPExchange {
    static func perform<Result: Sendable>(
        _ request: HTTPClientRequest, within deadline: TimeAmount, limit: Int, tls: TLSConfiguration? = nil,
        _ read: @Sendable (_ status: UInt, _ body: [UInt8]) throws -> Result
    ) async throws -> Result {
        var configuration = HTTPClient.Configuration(tlsConfiguration: tls, redirectConfiguration: .disallow)
        // Long enough for a machine that is busy with other things; a port where nobody listens says so at once.
        configuration.timeout.connect = .seconds(20)
        configuration.httpVersion = .http1Only
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        do {
            let response = try await client.execute(request, timeout: deadline)
            let body = try await response.body.collect(upTo: limit)
            let result = try read(UInt(response.status.code), Array(body.readableBytesView))
            try await client.shutdown()
            return result
        } catch {
            try? await client.shutdown()
            throw error
        }
    }
}
