import NIOCore
import NIOHPACK
import NIOHTTP2
import NIOPosix
import NIOSSL
import ServerHTTP
import Synchronization
import TestSupport
import Testing

/// Streamed answers and content over HTTP/2.
@Suite(.timeLimit(.minutes(5))) struct StreamHTTP2Tests {
    private struct Connection {
        let channel: any Channel
        let multiplexer: NIOHTTP2Handler.StreamMultiplexer

        init(port: Int, trusting authority: String) async throws {
            var tls = TLSConfiguration.makeClientConfiguration()
            tls.trustRoots = .file(authority)
            tls.applicationProtocols = ["h2"]
            let context = try NIOSSLContext(configuration: tls)
            let made = Mutex<NIOHTTP2Handler.StreamMultiplexer?>(nil)
            channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connectTimeout(.seconds(120))
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        let pipeline = channel.pipeline.syncOperations
                        try pipeline.addHandler(NIOSSLClientHandler(context: context, serverHostname: "localhost"))
                        let multiplexer = try pipeline.configureHTTP2Pipeline(
                            mode: .client, connectionConfiguration: .init(), streamConfiguration: .init()
                        ) { $0.eventLoop.makeSucceededVoidFuture() }
                        made.withLock { $0 = multiplexer }
                    }
                }.connect(host: "127.0.0.1", port: port).get()
            multiplexer = try #require(made.withLock { $0 })
        }

        func open(_ method: String, _ path: String, ends: Bool = true, reads: Bool = true) async throws -> Stream {
            let promise = channel.eventLoop.makePromise(of: (any Channel).self)
            let received = Received()
            multiplexer.createStreamChannel(promise: promise) { stream in
                stream.eventLoop.makeCompletedFuture {
                    try stream.syncOptions?.setOption(ChannelOptions.autoRead, value: reads)
                    try stream.pipeline.syncOperations.addHandler(Collector(received))
                }
            }
            let stream = try await promise.futureResult.get()
            let fields = [(":method", method), (":scheme", "https"), (":authority", "localhost"), (":path", path)]
            let headers = HTTP2Frame.FramePayload.Headers(headers: HPACKHeaders(fields), endStream: ends)
            try await stream.writeAndFlush(HTTP2Frame.FramePayload.headers(headers))
            return Stream(channel: stream, received: received)
        }
    }

    private struct Stream {
        let channel: any Channel
        let received: Received

        func send(_ bytes: ByteBuffer, ends: Bool = false) async throws {
            let data = HTTP2Frame.FramePayload.Data(data: .byteBuffer(bytes), endStream: ends)
            try await channel.writeAndFlush(HTTP2Frame.FramePayload.data(data))
        }
    }

    private final class Received: Sendable {
        struct State {
            var status: String?
            var bytes = 0
            var text = ""
            var isWhole = false
            var isReset = false
            var isClosed = false
        }
        let state = Mutex(State())
        var now: State { state.withLock { $0 } }
    }

    private final class Collector: ChannelInboundHandler {
        typealias InboundIn = HTTP2Frame.FramePayload
        private let received: Received
        init(_ received: Received) { self.received = received }
        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let payload = Self.unwrapInboundIn(data)
            received.state.withLock { state in
                switch payload {
                case .headers(let headers):
                    state.status = headers.headers.first(name: ":status")
                    state.isWhole = headers.endStream
                case .data(let data):
                    if case .byteBuffer(let bytes) = data.data {
                        state.bytes += bytes.readableBytes
                        if state.text.utf8.count < 100 { state.text += String(buffer: bytes) }
                    }
                    state.isWhole = data.endStream
                default: break
                }
            }
        }
        func channelInactive(context: ChannelHandlerContext) { received.state.withLock { $0.isClosed = true } }
        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            received.state.withLock { $0.isReset = true }
            context.close(promise: nil)
        }
    }

    private static func with(
        configure: (inout HTTPLimits) -> Void = { _ in }, handler: @escaping ServerRequest.StreamingHandler,
        body: (Connection, LiveServer) async throws -> Void
    ) async throws {
        let folder = try TemporaryFolder()
        let (files, authority) = try DevelopmentCertificate.files(in: folder.path + "/tls", at: RealClock.now)
        let server = try await LiveServer.forwardingServer(
            configure: {
                $0.certificates = try TLSCertificates(files, at: RealClock.now)
                $0.limits.drain = .milliseconds(300)
                configure(&$0.limits)
            }, handler: handler)
        let connection = try await Connection(port: server.port, trusting: authority)
        try await body(connection, server)
        try? await connection.channel.close()
        try await server.shutDown()
        folder.remove()
    }

    @Test func `sends streams side by side, and holds back only the one that is not read`() async throws {
        let written = Tally()
        let total = 8 * 1_048_576
        try await Self.with(
            handler: { request, _, _ in
                ServerResponse(
                    status: 200,
                    stream: ResponseStream { writer in
                        for _ in 0..<(total / 16_384) {
                            try await writer.write(ByteBuffer(repeating: 0x61, count: 16_384))
                            if request.path == "/slow" { written.add(16_384) }
                        }
                    })
            },
            body: { connection, _ in
                let slow = try await connection.open("GET", "/slow", reads: false)
                // It gets going, and stops at its window.
                try await eventually { written.value > 0 }
                let quick = try await connection.open("GET", "/quick")
                try await eventually { quick.received.now.isWhole }
                #expect(quick.received.now.bytes == total)
                #expect(written.value < total / 2)
                try await slow.channel.setOption(ChannelOptions.autoRead, value: true).get()
                slow.channel.read()
                try await eventually { slow.received.now.isWhole }
                #expect(slow.received.now.bytes == total && written.value == total)
            })
    }

    @Test func `reads content as it comes and answers before its end`() async throws {
        try await Self.with(
            handler: { _, content, _ in
                ServerResponse(
                    status: 200,
                    stream: ResponseStream { writer in
                        for try await piece in content { try await writer.write(piece) }
                    })
            },
            body: { connection, _ in
                let stream = try await connection.open("POST", "/echo", ends: false)
                for (piece, all) in [("one", "one"), ("two", "onetwo")] {
                    try await stream.send(ByteBuffer(string: piece))
                    try await eventually { stream.received.now.text == all }
                    #expect(stream.received.now.text == all)
                }
                try await stream.send(ByteBuffer(repeating: 0x62, count: 1_048_576), ends: true)
                try await eventually { stream.received.now.isWhole }
                #expect(stream.received.now.bytes == 1_048_582 && stream.received.now.status == "200")
            })
    }

    @Test func `refuses too much content, sends none to HEAD, and cuts off what broke`() async throws {
        try await Self.with(
            configure: { $0.streamedBodyBytes = 1_000 },
            handler: { request, content, _ in
                if request.method == .post {
                    do { for try await _ in content {} } catch { return .error(500, "content", "\(error)") }
                }
                return ServerResponse(
                    status: 200,
                    stream: ResponseStream(length: request.method == .head ? 4 : nil) { writer in
                        try await writer.write(ByteBuffer(string: "part"))
                        throw StreamClosed()
                    })
            },
            body: { connection, server in
                let post = try await connection.open("POST", "/", ends: false)
                try await post.send(ByteBuffer(repeating: 0x61, count: 2_000), ends: true)
                try await eventually { post.received.now.isClosed }
                #expect(post.received.now.status == "413")
                let head = try await connection.open("HEAD", "/")
                try await eventually { head.received.now.isWhole }
                #expect(head.received.now.status == "200" && head.received.now.bytes == 0)
                let broken = try await connection.open("GET", "/")
                try await eventually { broken.received.now.isClosed }
                #expect(!broken.received.now.isWhole && broken.received.now.isReset)
                #expect(await server.logLines().contains { $0.contains(#""stream":"failed""#) })
            })
    }

    @Test func `cancels the producer when the peer resets its stream, and serves the others`() async throws {
        let cancelled = Tally()
        try await Self.with(
            handler: { request, _, _ in
                ServerResponse(
                    status: 200,
                    stream: ResponseStream { writer in
                        try await writer.write(ByteBuffer(string: "begun"))
                        guard request.path == "/wait" else { return }
                        do { try await Task.sleep(for: .seconds(600)) } catch {
                            cancelled.add()
                            throw error
                        }
                    })
            },
            body: { connection, _ in
                let stream = try await connection.open("GET", "/wait")
                try await eventually { stream.received.now.text == "begun" }
                try await stream.channel.writeAndFlush(HTTP2Frame.FramePayload.rstStream(.cancel))
                try await eventually { cancelled.value == 1 }
                #expect(cancelled.value == 1)
                let other = try await connection.open("GET", "/other")
                try await eventually { other.received.now.isWhole }
                #expect(other.received.now.text == "begun")
            })
    }
}
