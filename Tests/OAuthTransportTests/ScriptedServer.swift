import NIOCore
import NIOPosix
import Synchronization

/// Answers each request with the same bytes, in parts with pauses between them, and counts the requests.
final class ScriptedServer: Sendable {
    /// What is sent after a pause.
    struct Part: Sendable {
        var after = TimeAmount.zero
        var text: String
    }

    private final class Book: Sendable {
        let requests = Mutex<[String]>([])
        let parts: [Part]
        init(_ parts: [Part]) { self.parts = parts }
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let book: Book
        init(_ book: Book) { self.book = book }

        /// A request without content is one read.
        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            book.requests.withLock { $0.append(String(buffer: unwrapInboundIn(data))) }
            let channel = context.channel
            var pause = TimeAmount.zero
            for part in book.parts {
                pause = pause + part.after
                channel.eventLoop.scheduleTask(in: pause) {
                    channel.writeAndFlush(ByteBuffer(string: part.text), promise: nil)
                }
            }
        }
    }

    private let channel: any Channel
    private let book: Book

    init(_ parts: [Part]) async throws {
        let book = Book(parts)
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
    var requests: [String] { book.requests.withLock { $0 } }
    func stop() async throws { try await channel.close() }
}
