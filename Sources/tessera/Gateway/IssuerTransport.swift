import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOSSL
import OAuth

/// Asks the issuer that the configuration names; no request is steered by anybody else.
struct IssuerTransport: HTTPTransport {
    private let client: HTTPClient
    private static let timeLimit = TimeAmount.seconds(10)

    /// - Parameter authorities: certificates in PEM that are trusted beside the system's.
    init(authorities: String?) {
        var tls = TLSConfiguration.makeClientConfiguration()
        // Older versions are broken (RFC 8996), and the library's default still speaks them.
        tls.minimumTLSVersion = .tlsv12
        if let authorities { tls.additionalTrustRoots = [.file(authorities)] }
        var configuration = HTTPClient.Configuration(
            tlsConfiguration: tls, redirectConfiguration: .disallow,
            timeout: .init(connect: .seconds(5), read: Self.timeLimit), decompression: .disabled)
        configuration.connectionPool.idleTimeout = .seconds(30)
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    func send(_ request: TransportRequest) async throws -> TransportResponse {
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
        let response = try await client.execute(outgoing, timeout: Self.timeLimit)
        let body = try await response.body.collect(upTo: request.maximumBodyBytes)
        return TransportResponse(
            status: Int(response.status.code),
            headers: TransportHeaders(response.headers.map { ($0.name, $0.value) }), body: Array(body.readableBytesView)
        )
    }

    func shutDown() async { try? await client.shutdown() }
}
