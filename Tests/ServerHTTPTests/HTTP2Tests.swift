import NIOCore
import NIOHPACK
import NIOHTTP2
import NIOPosix
import NIOSSL
import ServerHTTP
import Synchronization
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10))) struct HTTP2Tests {
    /// A connection that sends what streams it likes.
    private struct Connection {
        let channel: any Channel
        let multiplexer: NIOHTTP2Handler.StreamMultiplexer

        init(to server: LiveServer, trusting authority: String) async throws {
            var tls = TLSConfiguration.makeClientConfiguration()
            tls.trustRoots = .file(authority)
            tls.applicationProtocols = ["h2"]
            let context = try NIOSSLContext(configuration: tls)
            let made = Mutex<NIOHTTP2Handler.StreamMultiplexer?>(nil)
            let bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton).connectTimeout(.seconds(120))
            channel = try await bootstrap.channelInitializer { channel in
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
            }.connect(host: "127.0.0.1", port: server.port).get()
            multiplexer = try #require(made.withLock { $0 })
            // Nobody waits for ever for an answer or for the end of a connection.
            channel.eventLoop.scheduleTask(in: .seconds(200)) { [channel] in channel.close(promise: nil) }
        }

        /// The status of the answer to a header block, or `nil` if the stream or the connection was ended.
        func status(_ fields: [(String, String)], body: Int = 0, ends: Bool = true) async throws -> String? {
            try await begin(fields, body: body, ends: ends).status()
        }

        /// Sends a header block, and a body unless it is empty.
        func begin(_ fields: [(String, String)], body: Int = 0, ends: Bool = true) async throws -> Request {
            let promise = channel.eventLoop.makePromise(of: (any Channel).self)
            let answer = Answer()
            multiplexer.createStreamChannel(promise: promise) { stream in
                stream.eventLoop.makeCompletedFuture {
                    try stream.pipeline.syncOperations.addHandler(StatusCollector(answer))
                }
            }
            let stream = try await promise.futureResult.get()
            let headers = HTTP2Frame.FramePayload.Headers(headers: HPACKHeaders(fields), endStream: ends && body == 0)
            try? await stream.writeAndFlush(HTTP2Frame.FramePayload.headers(headers))
            let request = Request(stream: stream, answer: answer)
            if body > 0 { request.send(body, ends: ends) }
            return request
        }
    }

    /// A request under way.
    private struct Request {
        let stream: any Channel
        let answer: Answer

        func send(_ count: Int, ends: Bool) {
            let bytes = ByteBuffer(repeating: 0x61, count: count)
            let data = HTTP2Frame.FramePayload.Data(data: .byteBuffer(bytes), endStream: ends)
            stream.writeAndFlush(HTTP2Frame.FramePayload.data(data), promise: nil)
        }

        func status() async throws -> String? {
            try? await stream.closeFuture.get()
            return answer.status
        }
    }

    /// The first status that came on a stream.
    private final class Answer: Sendable {
        private let first = Mutex<String?>(nil)
        var status: String? { first.withLock { $0 } }
        func note(_ status: String) { first.withLock { $0 = $0 ?? status } }
    }

    private final class StatusCollector: ChannelInboundHandler {
        typealias InboundIn = HTTP2Frame.FramePayload
        private let answer: Answer
        init(_ answer: Answer) { self.answer = answer }
        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            guard case .headers(let headers) = Self.unwrapInboundIn(data) else { return }
            if let status = headers.headers.first(name: ":status") { answer.note(status) }
        }
        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }

    private static let get = [
        (":method", "GET"), (":scheme", "https"), (":authority", "localhost"), (":path", "/jwks"),
    ]

    private static func with(
        _ body: (LiveServer, String) async throws -> Void,
        configure: (inout HTTPServerConfiguration) throws -> Void = { _ in }
    ) async throws {
        let folder = try TemporaryFolder()
        let (files, authority) = try DevelopmentCertificate.files(in: folder.path + "/tls", at: RealClock.now)
        let server = try await LiveServer.publicServer {
            $0.certificates = try TLSCertificates(files, at: RealClock.now)
            $0.limits.drain = .milliseconds(300)
            try configure(&$0)
        }
        try await body(server, authority)
        try await server.shutDown()
        folder.remove()
    }

    @Test func `applies the same limits and the same strictness`() async throws {
        try await Self.with { server, authority in
            let connection = try await Connection(to: server, trusting: authority)
            #expect(try await connection.status(Self.get) == "200")
            #expect(try await connection.status(Self.get + [("host", "localhost")]) == "200")
            #expect(try await connection.status(Self.get + [("host", "other")]) == "400")
            #expect(try await connection.status(Self.get.filter { $0.0 != ":authority" }) == "400")
            for host in ["a[b]c", "[::1", "localhost:1:2"] {
                let named = Self.get.map { $0.0 == ":authority" ? (":authority", host) : $0 }
                #expect(try await connection.status(named) == "400")
            }
            #expect(try await connection.status(Self.get + [("authorization", "a"), ("authorization", "b")]) == "400")
            #expect(try await connection.status(Self.get + [("expect", "100-continue")]) == "417")
            let long = String(repeating: "a", count: 9_000)
            let target = Self.get.map { $0.0 == ":path" ? (":path", "/" + long) : $0 }
            #expect(try await connection.status(target) == "414")
            let post = Self.get.map { $0.0 == ":method" ? (":method", "POST") : $0 }
                .map { $0.0 == ":path" ? (":path", "/token") : $0 }
            #expect(try await connection.status(post, body: 60_000) == "415")
            #expect(try await connection.status(post, body: 70_000) == "413")
            #expect(try await connection.status(post + [("content-length", "70000")], body: 10, ends: false) == "413")
            let brew = Self.get.map { $0.0 == ":method" ? (":method", "BREW") : $0 }
            #expect(try await connection.status(brew) == "501")
            let odd = Self.get.map { $0.0 == ":method" ? (":method", String(repeating: "G", count: 33)) : $0 }
            #expect(try await connection.status(odd) == "400")
            let elsewhere = Self.get.map { $0.0 == ":scheme" ? (":scheme", "gopher://") : $0 }
            #expect(try await connection.status(elsewhere) == "400")
            #expect(try await connection.status(Self.get) == "200")
            try await connection.channel.close()
        }
    }

    @Test(arguments: [
        ("x", "a\r\nb"), ("x", "a\u{0}b"), ("connection", "close"), ("transfer-encoding", "chunked"), ("X-Upper", "a"),
        ("upgrade", "h2c"), (":path", "/token"), (":unknown", "a"), ("te", "gzip"),
        ("x", " a"), ("x", "a\t"), ("x", " "),
        // What the library below makes of bytes that are no UTF-8.
        ("x", "a\u{FFFD}b"),
    ])
    func `refuses fields that another protocol would read differently`(name: String, value: String) async throws {
        try await Self.with { server, authority in
            let connection = try await Connection(to: server, trusting: authority)
            #expect(try await connection.status(Self.get) == "200")
            let status = try await connection.status(Self.get + [(name, value)])
            #expect(status == nil || status == "400")
            try? await connection.channel.close()
        }
    }

    @Test(arguments: ["GET /token", "GET\u{e9}", "G\tT", "G\u{7f}", "", "\"GET\"", "G,T"])
    func `refuses a method that is no token`(method: String) async throws {
        try await Self.with { server, authority in
            let connection = try await Connection(to: server, trusting: authority)
            let fields = Self.get.map { $0.0 == ":method" ? (":method", method) : $0 }
            let status = try await connection.status(fields)
            #expect(status == nil || status == "400")
            try? await connection.channel.close()
        }
    }

    @Test func `ends a connection whose head is larger than it was told, and serves the others`() async throws {
        try await Self.with { server, authority in
            let connection = try await Connection(to: server, trusting: authority)
            #expect(try await connection.status(Self.get + [("x", String(repeating: "a", count: 15_000))]) == "200")
            // The compression's state is shared by all streams, so what is not decoded ends all of them (RFC 9113 §4.3).
            let status = try await connection.status(Self.get + [("x", String(repeating: "a", count: 20_000))])
            #expect(status == nil || status == "431")
            if status == nil { try await connection.channel.closeFuture.get() }
            let other = try await Connection(to: server, trusting: authority)
            #expect(try await other.status(Self.get) == "200")
            try await other.channel.close()
        }
    }

    @Test func `ends a connection that opens streams only to reset them`() async throws {
        try await Self.with(
            { server, authority in
                let connection = try await Connection(to: server, trusting: authority)
                #expect(try await connection.status(Self.get) == "200")
                for _ in 0..<200 where connection.channel.isActive {
                    let promise = connection.channel.eventLoop.makePromise(of: (any Channel).self)
                    connection.multiplexer.createStreamChannel(promise: promise) {
                        $0.eventLoop.makeSucceededVoidFuture()
                    }
                    guard let stream = try? await promise.futureResult.get() else { break }
                    let headers = HTTP2Frame.FramePayload.Headers(headers: HPACKHeaders(Self.get), endStream: false)
                    stream.write(HTTP2Frame.FramePayload.headers(headers), promise: nil)
                    try? await stream.writeAndFlush(HTTP2Frame.FramePayload.rstStream(.cancel))
                }
                try await eventually { !connection.channel.isActive }
                #expect(!connection.channel.isActive)
            }, configure: { $0.limits.streamResets = 20 })
    }

    @Test func `ends an idle connection, and none with a request at work`() async throws {
        try await Self.with(
            { server, authority in
                let connection = try await Connection(to: server, trusting: authority)
                #expect(try await connection.status(Self.get) == "200")
                try await eventually { !connection.channel.isActive }
                #expect(!connection.channel.isActive)
            }, configure: { $0.limits.idle = .seconds(2) })
    }

    @Test func `ends a stream whose body never comes`() async throws {
        try await Self.with(
            { server, authority in
                let connection = try await Connection(to: server, trusting: authority)
                #expect(try await connection.status(Self.get, ends: false) == "408")
                try await connection.channel.close()
            }, configure: { $0.limits.bodyDeadline = .milliseconds(200) })
    }

    @Test func `holds no more bodies of one connection than a few requests need`() async throws {
        let post = Self.get.map { $0.0 == ":method" ? (":method", "POST") : $0 }
            .map { $0.0 == ":path" ? (":path", "/token") : $0 }
        try await Self.with(
            { server, authority in
                let connection = try await Connection(to: server, trusting: authority)
                var requests: [Request] = []
                for _ in 0..<12 { requests.append(try await connection.begin(post, body: 1_000, ends: false)) }
                // Three bodies fit and wait for their end; the others are refused at once.
                for request in requests.dropFirst(3) { #expect(try await request.status() == "413") }
                for request in requests.prefix(3) {
                    request.send(0, ends: true)
                    #expect(try await request.status() == "415")
                }
                // What they held was given back.
                #expect(try await connection.status(post, body: 1_000) == "415")
                try await connection.channel.close()
            },
            configure: {
                $0.limits.bodyBytes = 1_024
                $0.limits.connectionBodyBytes = 3_072
            })
    }
}
