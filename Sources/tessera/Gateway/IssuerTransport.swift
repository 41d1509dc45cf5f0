import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOSSL
import OAuth

/// Asks the issuer that the configuration names; no request is steered by anybody else.
struct IssuerTransport: HTTPTransport, HTTPStreamTransport {
    private let client: HTTPClient
    /// For a whole answer, or the head of one that goes on.
    private static let timeLimit = Duration.seconds(10)
    /// Between two bytes of one that goes on: longer than the issuer ever is silent (`revocation.heartbeat`).
    private static let silence = TimeAmount.seconds(90)

    /// - Parameter authorities: certificates in PEM that are trusted beside the system's.
    init(authorities: String?) {
        var tls = TLSConfiguration.makeClientConfiguration()
        // Older versions are broken (RFC 8996), and the library's default still speaks them.
        tls.minimumTLSVersion = .tlsv12
        if let authorities { tls.additionalTrustRoots = [.file(authorities)] }
        var configuration = HTTPClient.Configuration(
            tlsConfiguration: tls, redirectConfiguration: .disallow,
            timeout: .init(connect: .seconds(5), read: Self.silence), decompression: .disabled)
        configuration.connectionPool.idleTimeout = .seconds(30)
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    func send(_ request: TransportRequest) async throws -> TransportResponse {
        try await withThrowingTaskGroup(of: TransportResponse.self) { group in
            group.addTask { [client] in
                let response = try await client.execute(Self.outgoing(request), timeout: TimeAmount(Self.timeLimit))
                let body = try await response.body.collect(upTo: request.maximumBodyBytes)
                return TransportResponse(
                    status: Int(response.status.code), headers: Self.headers(response.headers),
                    body: Array(body.readableBytesView))
            }
            // The client's own limit ends with the head of the answer.
            group.addTask {
                try await Task.sleep(for: Self.timeLimit)
                throw HTTPClientError.deadlineExceeded
            }
            defer { group.cancelAll() }
            guard let first = try await group.next() else { throw HTTPClientError.cancelled }
            return first
        }
    }

    func open(_ request: TransportRequest) async throws -> TransportStream {
        let response = try await client.execute(Self.outgoing(request), timeout: TimeAmount(Self.timeLimit))
        return TransportStream(
            status: Int(response.status.code), headers: Self.headers(response.headers),
            chunks: PulledBody.stream(of: response.body.map { Array($0.readableBytesView) }))
    }

    func shutDown() async { try? await client.shutdown() }

    private static func outgoing(_ request: TransportRequest) -> HTTPClientRequest {
        var outgoing = HTTPClientRequest(url: request.url)
        outgoing.method = request.method == .post ? .POST : .GET
        outgoing.headers.add(name: "accept", value: request.accept)
        outgoing.headers.add(name: "user-agent", value: "tessera/\(Version.text)")
        for (name, value) in request.headers { outgoing.headers.add(name: name, value: value) }
        if let authorization = request.authorization {
            outgoing.headers.add(name: "authorization", value: authorization.revealedValue)
        }
        if let form = request.form {
            outgoing.headers.add(name: "content-type", value: "application/x-www-form-urlencoded")
            outgoing.body = .bytes(form)
        }
        return outgoing
    }

    private static func headers(_ headers: HTTPHeaders) -> TransportHeaders {
        TransportHeaders(headers.map { ($0.name, $0.value) })
    }
}
