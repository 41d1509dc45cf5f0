import AsyncHTTPClient
package import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import ServerHTTP

/// The connections to all upstreams, kept open between requests.
package final class UpstreamClient: Sendable {
    private let client: HTTPClient
    let eventLoops: any EventLoopGroup
    let authorityFile: String?
    let connectTimeout: TimeAmount

    /// - Parameters:
    ///   - authorityFile: certificates in PEM that are trusted beside the system's.
    ///   - connections: how many may be open to one upstream for each event loop's sake; more requests wait.
    ///   - connectTimeout: how long a connection to an upstream may take to open.
    ///   - idle: how long the upstream may pause within an answer.
    package init(
        eventLoops: any EventLoopGroup, authorityFile: String? = nil, connections: Int = 1_024,
        connectTimeout: Duration = .seconds(5), idle: Duration = .seconds(120)
    ) {
        self.eventLoops = eventLoops
        self.authorityFile = authorityFile
        self.connectTimeout = TimeAmount(connectTimeout)
        var configuration = HTTPClient.Configuration(
            tlsConfiguration: Self.tls(authorityFile), redirectConfiguration: .disallow,
            timeout: .init(connect: self.connectTimeout, read: TimeAmount(idle)), decompression: .disabled)
        configuration.httpVersion = .http1Only
        configuration.http1_1ConnectionDebugInitializer = WholeRequests.install
        configuration.connectionPool.idleTimeout = .seconds(30)
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = max(1, connections)
        configuration.connectionPool.retryConnectionEstablishment = false
        client = HTTPClient(eventLoopGroupProvider: .shared(eventLoops), configuration: configuration)
    }

    static func tls(_ authorityFile: String?) -> TLSConfiguration {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv12
        if let authorityFile { tls.additionalTrustRoots = [.file(authorityFile)] }
        return tls
    }

    package func shutDown() async { try? await client.shutdown() }

    /// Why there is no answer.
    enum Failure: Error, Hashable {
        /// 502
        case refused, broken
        /// 504
        case slow

        var status: Int { self == .slow ? 504 : 502 }
    }

    func execute(
        _ request: ForwardedRequest, to upstream: Upstream, content: UpstreamContent?, timeout: Duration
    ) async throws -> HTTPClientResponse {
        var outgoing = HTTPClientRequest(url: upstream.description + request.target)
        outgoing.method = HTTPMethod(rawValue: request.method)
        for field in request.headers.fields { outgoing.headers.add(name: field.name, value: field.value) }
        if let whole = try await content?.whole() {
            outgoing.body = .bytes(whole)
        } else if let content {
            outgoing.body = .stream(content, length: content.length.map { .known(Int64($0)) } ?? .unknown)
        }
        let deadline = NIODeadline.now() + TimeAmount(timeout)
        do {
            return try await client.execute(outgoing, deadline: deadline)
        } catch let error as HTTPClientError where error == .remoteConnectionClosed && content == nil {
            // An idle connection that the upstream closed just then; nothing else is safe to say twice.
            guard request.method == "GET" || request.method == "HEAD" else { throw Failure.broken }
            do { return try await client.execute(outgoing, deadline: deadline) } catch { throw Self.reason(error) }
        } catch {
            throw Self.reason(error)
        }
    }

    private static func reason(_ error: any Error) -> any Error {
        let timeouts: [HTTPClientError] = [
            .deadlineExceeded, .connectTimeout, .tlsHandshakeTimeout, .getConnectionFromPoolTimeout, .readTimeout,
            .writeTimeout,
        ]
        switch error {
        case let error as HTTPClientError: return timeouts.contains(error) ? Failure.slow : Failure.broken
        case ChannelError.connectTimeout: return Failure.slow
        case is NIOConnectionError, is IOError: return Failure.refused
        case is UpstreamContent.TooLong, is UpstreamContent.LengthWrong, is PassWatch.Ended, is RequestRefusal,
            is CancellationError, is StreamClosed:
            return error
        default: return Failure.broken
        }
    }
}
