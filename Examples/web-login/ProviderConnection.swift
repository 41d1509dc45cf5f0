import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOSSL
import OAuth
import OAuthClient

/// Carries OAuthClient's requests by async-http-client.
struct ProviderConnection: HTTPTransport {
    let client: HTTPClient

    /// - Parameter authority: a PEM file with a certificate authority to trust beside those of the system.
    static func client(authority: String?) throws -> HTTPClient {
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow, timeout: .init(connect: .seconds(5), read: .seconds(10)))
        var tls = TLSConfiguration.makeClientConfiguration()
        // Older versions are broken (RFC 8996), and the library's default still speaks them.
        tls.minimumTLSVersion = .tlsv12
        if let authority { tls.additionalTrustRoots = [.certificates(try NIOSSLCertificate.fromPEMFile(authority))] }
        configuration.tlsConfiguration = tls
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    func send(_ request: TransportRequest) async throws -> TransportResponse {
        var outgoing = HTTPClientRequest(url: request.url)
        outgoing.method = request.method == .post ? .POST : .GET
        outgoing.headers.add(name: "accept", value: request.accept)
        if let authorization = request.authorization {
            outgoing.headers.add(name: "authorization", value: authorization.revealedValue)
        }
        if let form = request.form {
            outgoing.headers.add(name: "content-type", value: "application/x-www-form-urlencoded")
            outgoing.body = .bytes(form)
        }
        let response = try await client.execute(outgoing, timeout: .seconds(15))
        let body = try await response.body.collect(upTo: request.maximumBodyBytes)
        return TransportResponse(
            status: Int(response.status.code), contentType: response.headers.first(name: "content-type"),
            body: Array(body.readableBytesView))
    }
}
