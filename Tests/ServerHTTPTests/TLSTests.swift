import AsyncHTTPClient
import FoundationEssentials
import JOSE
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import ServerHTTP
import ServiceLifecycle
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10))) struct TLSTests {
    /// A client that trusts one authority only.
    private func client(
        trusting authority: String, maximum: TLSVersion? = nil, http1: Bool = false, ciphers: String? = nil
    ) -> HTTPClient {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.trustRoots = .file(authority)
        tls.minimumTLSVersion = .tlsv1
        tls.maximumTLSVersion = maximum
        if let ciphers { tls.cipherSuites = ciphers }
        var configuration = HTTPClient.Configuration(tlsConfiguration: tls)
        configuration.httpVersion = http1 ? .http1Only : .automatic
        configuration.timeout = .init(connect: .seconds(60))
        configuration.networkFrameworkWaitForConnectivity = false
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    private func get(
        _ server: LiveServer, _ client: HTTPClient, within limit: TimeAmount = .seconds(120)
    ) async throws -> HTTPClientResponse {
        let request = HTTPClientRequest(url: "https://localhost:\(server.port)/jwks")
        let response = try await client.execute(request, timeout: limit)
        _ = try await response.body.collect(upTo: 100_000)
        return response
    }

    private func status(_ server: LiveServer, _ client: HTTPClient) async throws -> UInt? {
        let status = try? await get(server, client).status.code
        try await client.shutdown()
        return status
    }

    /// The client tries again until its time is over, so this takes all of it.
    private func isRefused(by server: LiveServer, _ client: HTTPClient) async throws -> Bool {
        let response = try? await get(server, client, within: .seconds(4))
        try await client.shutdown()
        return response == nil
    }

    @Test(.requirement("6749-2.3.1-8", "6749-3.2-3", "6750-5.2-5", "7009-2-5", "7521-4-1", "8414-6.1-1"))
    func `speaks HTTP 2 and HTTP 1.1 over TLS, as the client likes`() async throws {
        let folder = try TemporaryFolder()
        let (files, authority) = try DevelopmentCertificate.files(in: folder.path + "/tls", at: RealClock.now)
        let server = try await LiveServer.publicServer {
            $0.certificates = try TLSCertificates(files, at: RealClock.now)
        }
        for http1 in [false, true] {
            let client = client(trusting: authority, http1: http1)
            let response = try? await get(server, client)
            try await client.shutdown()
            #expect(response?.status == .ok)
            #expect(response?.version == (http1 ? .http1_1 : .http2))
            #expect(response?.headers.first(name: "strict-transport-security") == "max-age=31536000")
            #expect(response?.headers.first(name: "x-request-id") != nil)
        }
        try await server.shutDown()
        folder.remove()
    }

    @Test(.requirement("6750-5.2-6", "7662-4-9", "8414-6.1-2", "8414-6.1-3"))
    func `refuses old protocols and ciphers without authentication`() async throws {
        let folder = try TemporaryFolder()
        let (files, authority) = try DevelopmentCertificate.files(in: folder.path + "/tls", at: RealClock.now)
        let server = try await LiveServer.publicServer {
            $0.certificates = try TLSCertificates(files, at: RealClock.now)
        }
        #expect(try await isRefused(by: server, client(trusting: authority, maximum: .tlsv11)))
        let old = "ECDHE-ECDSA-AES128-SHA:ECDHE-ECDSA-AES256-SHA:AES128-SHA"
        #expect(try await isRefused(by: server, client(trusting: authority, maximum: .tlsv12, ciphers: old)))
        #expect(try await status(server, client(trusting: authority, maximum: .tlsv12)) == 200)
        try await server.shutDown()
        folder.remove()
    }

    @Test func `makes a development certificate once, and keeps its key to itself`() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/tls"
        let (files, authority) = try DevelopmentCertificate.files(in: path, at: LiveServer.start)
        #expect(try folder.mode("tls") == 0o700)
        #expect(try folder.mode("tls/private-key.pem") == 0o600)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: path).sorted() == [
                "ca.pem", "certificate.pem", "private-key.pem",
            ])
        let first = try String(contentsOfFile: authority, encoding: .utf8)
        _ = try DevelopmentCertificate.files(in: path, at: LiveServer.start + .seconds(86_400))
        #expect(try String(contentsOfFile: authority, encoding: .utf8) == first)
        _ = try DevelopmentCertificate.files(in: path, at: LiveServer.start + .seconds(380 * 86_400))
        #expect(try String(contentsOfFile: authority, encoding: .utf8) != first)
        #expect(files.privateKey == path + "/private-key.pem")
        folder.remove()
    }

    @Test func `takes a new certificate without a restart, and keeps the old one when the new is broken`() async throws
    {
        let folder = try TemporaryFolder()
        let (files, oldAuthority) = try DevelopmentCertificate.files(in: folder.path + "/tls", at: RealClock.now)
        let (other, newAuthority) = try DevelopmentCertificate.files(in: folder.path + "/new", at: RealClock.now)
        let certificates = try TLSCertificates(files, at: RealClock.now)
        let log = CapturedLines()
        let logger = Logger(label: "tls") { label in
            JSONLogHandler(label: label, now: { LiveServer.start }, write: { log.append($0) })
        }
        let reloader = TLSReloader(
            certificates, every: .milliseconds(30), logger: logger, now: { RealClock.now })
        let server = try await LiveServer.publicServer(
            configure: { $0.certificates = certificates }, extra: [reloader])
        #expect(try await status(server, client(trusting: oldAuthority)) == 200)

        try "not a certificate".write(toFile: files.certificate, atomically: true, encoding: .utf8)
        try await wait { log.lines.contains { $0.contains("not reloaded") } }
        #expect(try await status(server, client(trusting: oldAuthority)) == 200)

        for (from, to) in [(other.certificate, files.certificate), (other.privateKey, files.privateKey)] {
            try String(contentsOfFile: from, encoding: .utf8).write(toFile: to, atomically: true, encoding: .utf8)
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: to)
        }
        try await wait { log.lines.contains { $0.contains("certificate reloaded") } }
        #expect(try await status(server, client(trusting: newAuthority)) == 200)
        #expect(try await isRefused(by: server, client(trusting: oldAuthority)))
        try await server.shutDown()
        folder.remove()
    }

    private func wait(until condition: () -> Bool) async throws {
        try await eventually(condition)
        #expect(condition())
    }

    @Test func `refuses a key that everybody can read, another key, and an expired certificate`() throws {
        let folder = try TemporaryFolder()
        let (files, _) = try DevelopmentCertificate.files(in: folder.path + "/a", at: LiveServer.start)
        let (other, _) = try DevelopmentCertificate.files(in: folder.path + "/b", at: LiveServer.start)
        #expect(throws: TLSCertificateError.expired(files.certificate)) {
            try TLSCertificates(files, at: LiveServer.start + .seconds(400 * 86_400))
        }
        let mixed = TLSFiles(certificate: files.certificate, privateKey: other.privateKey)
        #expect(throws: TLSCertificateError.mismatch(certificate: mixed.certificate, privateKey: mixed.privateKey)) {
            try TLSCertificates(mixed, at: LiveServer.start)
        }
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: files.privateKey)
        #expect(throws: TLSCertificateError.keyReadableByAll(files.privateKey)) {
            try TLSCertificates(files, at: RealClock.now)
        }
        folder.remove()
    }

    @Test func `ends a handshake that does not come to its end`() async throws {
        let folder = try TemporaryFolder()
        let (files, _) = try DevelopmentCertificate.files(in: folder.path + "/tls", at: RealClock.now)
        let server = try await LiveServer.publicServer {
            $0.certificates = try TLSCertificates(files, at: RealClock.now)
            $0.limits.headerDeadline = .milliseconds(200)
        }
        // Every other deadline is longer than this waits.
        #expect(try await server.exchange("\u{16}\u{3}\u{1}").text.isEmpty)
        try await server.shutDown()
        folder.remove()
    }
}
