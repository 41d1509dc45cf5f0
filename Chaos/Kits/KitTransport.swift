import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import OAuth

/// Asks the server on this machine, for all kits of the program.
struct KitTransport: HTTPTransport, HTTPStreamTransport {
    private let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)

    /// More connections than the client's own bound of 8 for one host: each kit holds one.
    private static let configuration = {
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow, timeout: .init(read: .seconds(30)))
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 4096
        return configuration
    }()

    func shutdown() async throws { try await client.shutdown() }

    func send(_ request: TransportRequest) async throws -> TransportResponse {
        let answer = try await client.execute(Self.outgoing(request), timeout: .seconds(10))
        let body = try await answer.body.collect(upTo: request.maximumBodyBytes)
        return TransportResponse(
            status: Int(answer.status.code), headers: Self.headers(answer), body: Array(body.readableBytesView))
    }

    func open(_ request: TransportRequest) async throws -> TransportStream {
        let answer = try await client.execute(Self.outgoing(request), timeout: .seconds(10))
        let chunks = AsyncThrowingStream<[UInt8], any Error> { continuation in
            let reading = Task {
                do {
                    for try await part in answer.body { continuation.yield(Array(part.readableBytesView)) }
                    continuation.finish()
                } catch { continuation.finish(throwing: error) }
            }
            continuation.onTermination = { _ in reading.cancel() }
        }
        return TransportStream(status: Int(answer.status.code), headers: Self.headers(answer), chunks: chunks)
    }

    private static func outgoing(_ request: TransportRequest) -> HTTPClientRequest {
        var outgoing = HTTPClientRequest(url: request.url)
        outgoing.headers.add(name: "accept", value: request.accept)
        for (name, value) in request.headers { outgoing.headers.add(name: name, value: value) }
        if let authorization = request.authorization {
            outgoing.headers.add(name: "authorization", value: authorization.revealedValue)
        }
        return outgoing
    }

    private static func headers(_ answer: HTTPClientResponse) -> TransportHeaders {
        TransportHeaders(answer.headers.map { ($0.name, $0.value) })
    }
}
