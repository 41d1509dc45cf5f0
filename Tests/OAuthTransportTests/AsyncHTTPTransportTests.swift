import NIOCore
import NIOPosix
import OAuth
import OAuthTransport
import Synchronization
import Testing

/// A server that answers nobody before a number of requests wait at the same time, and counts its connections.
private final class PatientServer: Sendable {
    private struct State {
        var waiting: [any Channel] = []
        var connections = 0
    }

    private final class Book: Sendable {
        let state = Mutex(State())
        let patience: Int
        init(patience: Int) { self.patience = patience }
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let book: Book
        init(_ book: Book) { self.book = book }

        func channelActive(context: ChannelHandlerContext) { book.state.withLock { $0.connections += 1 } }

        /// A request without content is one read.
        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let channel = context.channel
            let ready = book.state.withLock { state -> [any Channel] in
                state.waiting.append(channel)
                guard state.waiting.count >= book.patience else { return [] }
                defer { state.waiting = [] }
                return state.waiting
            }
            let answer = ByteBuffer(string: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            for channel in ready { channel.writeAndFlush(answer, promise: nil) }
        }
    }

    private let channel: any Channel
    private let book: Book

    init(patience: Int) async throws {
        let book = Book(patience: patience)
        self.book = book
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Handler(book))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
    }

    var url: String { "http://127.0.0.1:\(channel.localAddress?.port ?? 0)/" }
    var connections: Int { book.state.withLock { $0.connections } }
    func stop() async throws { try await channel.close() }
}

@Suite(.timeLimit(.minutes(5))) struct `The transport over async-http-client` {
    private func send(_ count: Int, over transport: AsyncHTTPTransport, to url: String) async throws -> Int {
        try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<count {
                group.addTask { try await transport.send(TransportRequest(get: url)).status }
            }
            return try await group.reduce(into: 0) { $0 += $1 == 200 ? 1 : 0 }
        }
    }

    /// The server lets nobody go before so many wait: they must all be under way at once, and no more ever are.
    @Test(arguments: [1, 3, 12]) func `holds as many connections to a host as it was told`(limit: Int) async throws {
        let server = try await PatientServer(patience: limit)
        let transport = try AsyncHTTPTransport(timeLimit: .seconds(60), connections: limit)
        #expect(try await send(limit * 2, over: transport, to: server.url) == limit * 2)
        #expect(server.connections == limit)
        try await transport.shutdown()
        try await server.stop()
    }

    @Test func `has a bound that cannot be taken away`() async throws {
        let server = try await PatientServer(patience: 1)
        let transport = try AsyncHTTPTransport(timeLimit: .seconds(60), connections: 0)
        #expect(try await send(4, over: transport, to: server.url) == 4)
        #expect(server.connections == 1)
        try await transport.shutdown()
        try await server.stop()
    }
}
