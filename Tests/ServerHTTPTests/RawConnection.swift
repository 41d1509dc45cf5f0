import NIOCore
import NIOPosix
import ServerHTTP
import Synchronization

/// A client that sends exactly the bytes it is told to, right or wrong.
final class RawConnection: Sendable {
    private let channel: any Channel
    private let received: Received

    init(to address: ListenAddress) async throws {
        let received = Received()
        self.received = received
        let bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            // Not the ten seconds that are usual: the event loop may be busy with the servers of other tests.
            .connectTimeout(.seconds(120))
            .channelOption(ChannelOptions.allowRemoteHalfClosure, value: true)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Collector(received))
                }
            }
        switch address {
        case .tcp(let host, let port): channel = try await bootstrap.connect(host: host, port: port).get()
        case .unix(let path, _): channel = try await bootstrap.connect(unixDomainSocketPath: path).get()
        }
    }

    func send(_ text: String) async throws { try await send(Array(text.utf8)) }

    func send(_ bytes: [UInt8]) async throws {
        // The server may have closed already; what it said before counts.
        try? await channel.writeAndFlush(ByteBuffer(bytes: bytes))
    }

    /// Stops reading, like a client that has gone to sleep.
    func stopReading() async throws { try await channel.setOption(ChannelOptions.autoRead, value: false).get() }

    func startReading() async throws {
        try await channel.setOption(ChannelOptions.autoRead, value: true).get()
        channel.read()
    }

    func close() async throws { try? await channel.close() }

    /// Says that nothing more comes, and still listens.
    func finishSending() async throws { try? await channel.close(mode: .output) }

    var byteCount: Int { received.count }

    var text: String { String(decoding: received.bytes, as: UTF8.self) }

    /// Waits until the server has closed its side, or fails after two minutes.
    func readToEnd() async throws -> String {
        try await wait { self.received.isClosed }
        try? await channel.close()
        return text
    }

    /// Waits until the text has come `count` times.
    func wait(for text: String, count: Int = 1) async throws {
        try await wait { self.text.split(separator: text, omittingEmptySubsequences: false).count > count }
    }

    var isClosed: Bool { received.isClosed }

    /// How many whole answers of the health check have come.
    var answers: Int { text.split(separator: #"{"status":"live"}"#, omittingEmptySubsequences: false).count - 1 }

    func wait(until condition: @Sendable () -> Bool) async throws {
        let deadline = ContinuousClock.now + .seconds(120)
        while !condition() {
            guard ContinuousClock.now < deadline else { throw TooLate(received: text) }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    struct TooLate: Error { let received: String }

    private final class Received: Sendable {
        private let state = Mutex<(bytes: [UInt8], isClosed: Bool)>(([], false))
        var bytes: [UInt8] { state.withLock { $0.bytes } }
        var count: Int { state.withLock { $0.bytes.count } }
        var isClosed: Bool { state.withLock { $0.isClosed } }
        func append(_ buffer: ByteBuffer) { state.withLock { $0.bytes.append(contentsOf: buffer.readableBytesView) } }
        func close() { state.withLock { $0.isClosed = true } }
    }

    private final class Collector: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let received: Received
        init(_ received: Received) { self.received = received }
        func channelRead(context: ChannelHandlerContext, data: NIOAny) { received.append(Self.unwrapInboundIn(data)) }
        func channelInactive(context: ChannelHandlerContext) { received.close() }
        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            if let event = event as? ChannelEvent, event == .inputClosed { received.close() }
        }
        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            received.close()
            context.close(promise: nil)
        }
    }
}

/// What a server said on one connection.
struct RawAnswer: Sendable, CustomStringConvertible {
    let text: String

    init(_ text: String) { self.text = text }

    var description: String { text }

    /// The status of the first answer; `0` if there is none.
    var status: Int { Int(text.dropFirst(9).prefix(3)) ?? 0 }

    var count: Int { text.split(separator: "HTTP/1.1 ", omittingEmptySubsequences: false).count - 1 }

    /// All values of a header field in the first answer.
    func all(_ name: String) -> [String] {
        let head = text.split(separator: "\r\n\r\n", maxSplits: 1, omittingEmptySubsequences: false).first ?? ""
        return head.split(separator: "\r\n").dropFirst().compactMap { line in
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2, parts[0] == name else { return nil }
            return String(parts[1].drop { $0 == " " })
        }
    }

    func header(_ name: String) -> String? { all(name).first }

    var body: String {
        let parts = text.split(separator: "\r\n\r\n", maxSplits: 1, omittingEmptySubsequences: false)
        return parts.count == 2 ? String(parts[1]) : ""
    }
}
