import Foundation
import NIOCore
import NIOHPACK
import NIOHTTP2
import NIOPosix
import NIOSSL
import ServerHTTP
import Synchronization
import Testing

/// A connection with HTTP/2 that sends what frames it likes, also those that a decent client would not.
final class HTTP2Caller: Sendable {
    private let channel: any Channel
    private let multiplexer: NIOHTTP2Handler.StreamMultiplexer

    init(port: Int) async throws {
        var tls = TLSConfiguration.makeClientConfiguration()
        // Who answers is no matter here.
        tls.certificateVerification = .none
        tls.applicationProtocols = ["h2"]
        let context = try NIOSSLContext(configuration: tls)
        let made = Mutex<NIOHTTP2Handler.StreamMultiplexer?>(nil)
        channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(.seconds(120))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandler(NIOSSLClientHandler(context: context, serverHostname: "localhost"))
                    var connection = NIOHTTP2Handler.ConnectionConfiguration()
                    connection.headerBlockValidation = .disabled
                    connection.contentLengthValidation = .disabled
                    let multiplexer = try pipeline.configureHTTP2Pipeline(
                        mode: .client, connectionConfiguration: connection, streamConfiguration: .init()
                    ) { $0.eventLoop.makeSucceededVoidFuture() }
                    made.withLock { $0 = multiplexer }
                }
            }.connect(host: "127.0.0.1", port: port).get()
        multiplexer = try #require(made.withLock { $0 })
        // Nobody waits for ever.
        channel.eventLoop.scheduleTask(in: .seconds(200)) { [channel] in channel.close(promise: nil) }
    }

    deinit { channel.close(promise: nil) }

    /// A request with its head sent.
    func post(_ path: String, _ more: [(String, String)] = []) async throws -> Call {
        let promise = channel.eventLoop.makePromise(of: (any Channel).self)
        let status = Status()
        multiplexer.createStreamChannel(promise: promise) { stream in
            stream.eventLoop.makeCompletedFuture {
                try stream.pipeline.syncOperations.addHandler(Collector(status))
            }
        }
        let stream = try await promise.futureResult.get()
        let fields = [(":method", "POST"), (":scheme", "https"), (":authority", "a.example"), (":path", path)] + more
        let headers = HTTP2Frame.FramePayload.Headers(headers: HPACKHeaders(fields), endStream: false)
        try? await stream.writeAndFlush(HTTP2Frame.FramePayload.headers(headers))
        return Call(stream: stream, first: status)
    }

    /// A request under way.
    struct Call: Sendable {
        fileprivate let stream: any Channel
        fileprivate let first: Status

        func send(_ text: String, ends: Bool) async {
            let data = HTTP2Frame.FramePayload.Data(data: .byteBuffer(ByteBuffer(string: text)), endStream: ends)
            try? await stream.writeAndFlush(HTTP2Frame.FramePayload.data(data))
        }

        /// The status that came before the stream ended, if one did.
        func status() async -> String? {
            try? await stream.closeFuture.get()
            return first.text.withLock { $0 }
        }
    }

    fileprivate final class Status: Sendable {
        let text = Mutex<String?>(nil)
    }

    private final class Collector: ChannelInboundHandler {
        typealias InboundIn = HTTP2Frame.FramePayload
        private let status: Status
        init(_ status: Status) { self.status = status }
        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            guard case .headers(let headers) = Self.unwrapInboundIn(data) else { return }
            status.text.withLock { $0 = $0 ?? headers.headers.first(name: ":status") }
        }
        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }
}

/// A certificate for a listener that speaks HTTP/2, gone with the test.
struct HTTP2Certificate: ~Copyable {
    let certificates: TLSCertificates
    private let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(component: "tessera-gateway-\(UUID().uuidString)")
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        let (files, _) = try DevelopmentCertificate.files(in: folder.path() + "/tls", at: CraftedGateway.now)
        certificates = try TLSCertificates(files, at: CraftedGateway.now)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }
}
