import NIOCore
import NIOPosix
import Synchronization

/// A server that keeps every byte it gets, reads it with ``StrictRequestReader``, and answers as it is told.
final class RecordingUpstream: Sendable {
    /// The bytes of one connection, and what a strict reader makes of them.
    struct Record: Sendable {
        var bytes: [UInt8] = []
        var requests: [StrictRequestReader.Request] = []
        var problem: String?
    }

    private let channel: any Channel
    private let book = Book()

    fileprivate final class Book: Sendable {
        let records = Mutex<[Record]>([])
        func open() -> Int {
            records.withLock {
                $0.append(Record())
                return $0.count - 1
            }
        }
    }

    /// - Parameters:
    ///   - closes: whether it closes the connection after an answer.
    ///   - answer: the bytes of the answer to a request; `nil` says nothing.
    init(
        closes: Bool = false,
        answer: @escaping @Sendable (StrictRequestReader.Request) -> String? = { _ in
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
        }
    ) async throws {
        let book = book
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Recorder(book, closes, answer))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
    }

    var port: Int { channel.localAddress?.port ?? 0 }
    var records: [Record] { book.records.withLock { $0 } }
    var requests: [StrictRequestReader.Request] { records.flatMap(\.requests) }
    var problems: [String] { records.compactMap(\.problem) }

    func forget() { book.records.withLock { for index in $0.indices { $0[index].requests = [] } } }

    func stop() async throws { try await channel.close() }

    private final class Recorder: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer
        private let book: Book
        private let index: Int
        private let closes: Bool
        private let answer: @Sendable (StrictRequestReader.Request) -> String?
        private var reader = StrictRequestReader()

        init(
            _ book: Book, _ closes: Bool, _ answer: @escaping @Sendable (StrictRequestReader.Request) -> String?
        ) {
            self.book = book
            self.closes = closes
            self.answer = answer
            index = book.open()
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let bytes = Array(Self.unwrapInboundIn(data).readableBytesView)
            do {
                let requests = try reader.take(bytes)
                book.records.withLock {
                    $0[index].bytes += bytes
                    $0[index].requests += requests
                }
                for request in requests {
                    guard let text = answer(request) else { continue }
                    let written = context.writeAndFlush(Self.wrapOutboundOut(ByteBuffer(string: text)))
                    guard closes else { continue }
                    let channel = context.channel
                    written.whenComplete { _ in channel.close(promise: nil) }
                }
            } catch {
                book.records.withLock {
                    $0[index].bytes += bytes
                    $0[index].problem = error.text
                }
                context.close(promise: nil)
            }
        }
    }
}
