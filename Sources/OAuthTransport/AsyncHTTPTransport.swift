import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOSSL
public import OAuth

/// Carries requests to an issuer or a provider by async-http-client: HTTP/1.1, certificates are checked, redirects are not
/// followed, and size, time and connections are bounded.
///
/// One of them serves a whole program: the kit of APIs, the kit of clients and the gateway ask by the same protocols.
public struct AsyncHTTPTransport: HTTPTransport, HTTPStreamTransport {
    private let client: HTTPClient
    private let timeLimit: Duration
    private let agent: String?

    /// - Parameters:
    ///   - authority: a PEM file with certificate authorities to trust beside those of the system.
    ///   - timeLimit: for a whole answer, or the head of one that goes on; 10 seconds unless told, 1 to 60.
    ///   - idleLimit: nothing arrives for so long; 30 seconds unless told, 1 to 300. A stream is silent for as long as
    ///     the other party has nothing to say.
    ///   - connections: to one host at a time; further requests wait. 8 unless told, 1 to 4096; a revocation feed holds
    ///     one of them all the time.
    ///   - agent: what the requests call the program (`User-Agent`, RFC 9110 §10.1.5); nothing unless told.
    public init(
        authority: String? = nil, timeLimit: Duration = .seconds(10), idleLimit: Duration = .seconds(30),
        connections: Int = 8, agent: String? = nil
    ) throws {
        let idle = min(max(idleLimit, .seconds(1)), .seconds(300))
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow,
            timeout: .init(connect: .seconds(5), read: .nanoseconds(Self.nanoseconds(idle))),
            decompression: .disabled)
        var tls = TLSConfiguration.makeClientConfiguration()
        // Older versions are broken (RFC 8996), and the library's default still speaks them.
        tls.minimumTLSVersion = .tlsv12
        if let authority { tls.additionalTrustRoots = [.certificates(try NIOSSLCertificate.fromPEMFile(authority))] }
        configuration.tlsConfiguration = tls
        configuration.httpVersion = .http1Only
        configuration.connectionPool.idleTimeout = .seconds(30)
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = min(max(connections, 1), 4096)
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        self.timeLimit = min(max(timeLimit, .seconds(1)), .seconds(60))
        self.agent = agent
    }

    /// Ends what is under way. A transport is not used after that, and none is dropped without it.
    public func shutdown() async throws { try await client.shutdown() }

    public func send(_ request: TransportRequest) async throws -> TransportResponse {
        let prepared = outgoing(request)
        let limit = timeLimit
        return try await withThrowingTaskGroup(of: TransportResponse.self) { group in
            group.addTask {
                let response = try await client.execute(prepared, timeout: .nanoseconds(Self.nanoseconds(limit)))
                let body = try await response.body.collect(upTo: request.maximumBodyBytes)
                return TransportResponse(
                    status: Int(response.status.code), headers: Self.headers(response.headers),
                    body: Array(body.readableBytesView))
            }
            // The client's own limit ends with the head of the answer.
            group.addTask {
                try await Task.sleep(for: limit)
                throw HTTPClientError.deadlineExceeded
            }
            defer { group.cancelAll() }
            guard let first = try await group.next() else { throw HTTPClientError.cancelled }
            return first
        }
    }

    public func open(_ request: TransportRequest) async throws -> TransportStream {
        // Bounds the time until the head alone; what follows is bounded by the idle time.
        let response = try await client.execute(
            outgoing(request), timeout: .nanoseconds(Self.nanoseconds(timeLimit)))
        return TransportStream(
            status: Int(response.status.code), headers: Self.headers(response.headers),
            chunks: PulledBody.stream(of: response.body.map { Array($0.readableBytesView) }))
    }

    private func outgoing(_ request: TransportRequest) -> HTTPClientRequest {
        var outgoing = HTTPClientRequest(url: request.url)
        outgoing.method = request.method == .post ? .POST : .GET
        outgoing.headers.add(name: "accept", value: request.accept)
        if let agent { outgoing.headers.add(name: "user-agent", value: agent) }
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

    private static func nanoseconds(_ duration: Duration) -> Int64 {
        duration.components.seconds &* 1_000_000_000 &+ duration.components.attoseconds / 1_000_000_000
    }
}
