import NIOCore
import NIOPosix
import NIOSSL
import NIOTLS
import OAuth
import OAuthTransport
import ServerHTTP
import Synchronization
import TestSupport
import Testing

/// What the published transport demands of whoever it talks to, tried with certificates that were made for it.
@Suite(.timeLimit(.minutes(5))) struct `The trust of the transport` {
    private func status(_ url: String, trusting authority: String?) async throws -> Int? {
        let transport = try AsyncHTTPTransport(authority: authority, timeLimit: .seconds(authority == nil ? 1 : 60))
        let status = try? await transport.send(TransportRequest(get: url)).status
        try await transport.shutdown()
        return status
    }

    @Test func `believes the authority that it was told of, under the name of the certificate, and no other`()
        async throws
    {
        let folder = try TemporaryFolder()
        let (files, authority) = try DevelopmentCertificate.files(in: folder.path + "/tls", at: RealClock.now)
        let server = try await LiveServer.publicServer {
            $0.certificates = try TLSCertificates(files, at: RealClock.now)
        }
        #expect(try await status("https://localhost:\(server.port)/jwks", trusting: authority) == 200)
        #expect(try await status("https://localhost:\(server.port)/jwks", trusting: nil) == nil)
        let (_, stranger) = try DevelopmentCertificate.files(in: folder.path + "/other", at: RealClock.now)
        let transport = try AsyncHTTPTransport(authority: stranger, timeLimit: .seconds(1))
        await #expect(throws: (any Error).self) {
            try await transport.send(TransportRequest(get: "https://localhost:\(server.port)/jwks"))
        }
        try await transport.shutdown()
        try await server.shutDown()
        folder.remove()
    }

    /// Tells which handshakes were completed.
    private final class Handshakes: ChannelInboundHandler, Sendable {
        typealias InboundIn = ByteBuffer
        let completed = Mutex(0)

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            if let event = event as? TLSUserEvent, case .handshakeCompleted = event { completed.withLock { $0 += 1 } }
            context.fireUserInboundEventTriggered(event)
        }
    }

    @Test(arguments: [(TLSVersion.tlsv11, false), (.tlsv12, true)])
    func `speaks no version of TLS that is broken`(newest: TLSVersion, speaks: Bool) async throws {
        let folder = try TemporaryFolder()
        let (files, authority) = try DevelopmentCertificate.files(in: folder.path + "/tls", at: RealClock.now)
        var tls = TLSConfiguration.makeServerConfiguration(
            certificateChain: try NIOSSLCertificate.fromPEMFile(files.certificate).map { .certificate($0) },
            privateKey: .privateKey(try NIOSSLPrivateKey(file: files.privateKey, format: .pem)))
        (tls.minimumTLSVersion, tls.maximumTLSVersion) = (.tlsv1, newest)
        let (context, handshakes) = (try NIOSSLContext(configuration: tls), Handshakes())
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandlers(NIOSSLServerHandler(context: context), handshakes)
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        // Nobody answers: how far it comes is what counts.
        let transport = try AsyncHTTPTransport(authority: authority, timeLimit: .seconds(3))
        _ = try? await transport.send(TransportRequest(get: "https://localhost:\(server.localAddress?.port ?? 0)/"))
        #expect((handshakes.completed.withLock { $0 } > 0) == speaks)
        try await transport.shutdown()
        try await server.close()
        folder.remove()
    }
}
