import NIOCore
import ServerHTTP
import Synchronization

/// One connection to an upstream that leaves HTTP after its first answer; it closes with the last who holds it.
final class UpstreamSocket: Sendable {
    private static let largestHead = 16_384

    private let channel: any Channel
    private let content: RequestBody
    /// What came behind the head.
    private let early = Mutex(ByteBuffer())

    private init(_ channel: any Channel, _ content: RequestBody) {
        self.channel = channel
        self.content = content
    }

    deinit { channel.close(promise: nil) }

    /// To be called on the event loop of the channel, which must not read by itself.
    static func wrap(_ channel: any Channel) throws -> UpstreamSocket {
        let reader = UpstreamReader()
        try channel.pipeline.syncOperations.addHandler(reader)
        let context = try channel.pipeline.syncOperations.context(handler: reader)
        return UpstreamSocket(channel, reader.open(on: context))
    }

    func close() { channel.close(promise: nil) }

    /// Sends a request and reads the head of its answer.
    func handshake(_ request: ByteBuffer, within time: TimeAmount) async throws -> UpstreamHead {
        let late = Lateness()
        let channel = channel
        let timer = channel.eventLoop.scheduleTask(in: time) {
            late.happen()
            channel.close(promise: nil)
        }
        defer { timer.cancel() }
        do {
            try await channel.writeAndFlush(request)
            return try await head()
        } catch {
            guard !late.hasHappened else { throw UpstreamClient.Failure.slow }
            throw error
        }
    }

    private final class Lateness: Sendable {
        private let flag = Atomic(false)
        var hasHappened: Bool { flag.load(ordering: .acquiring) }
        func happen() { flag.store(true, ordering: .releasing) }
    }

    private func head() async throws -> UpstreamHead {
        var bytes: [UInt8] = []
        for try await piece in content {
            let known = bytes.count
            bytes.append(contentsOf: piece.readableBytesView)
            guard let end = UpstreamHead.end(of: bytes, after: known) else {
                guard bytes.count <= Self.largestHead else { throw UpstreamClient.Failure.broken }
                continue
            }
            early.withLock { $0 = ByteBuffer(bytes: bytes[end...]) }
            do { return try UpstreamHead(bytes[..<end]) } catch { throw UpstreamClient.Failure.broken }
        }
        throw UpstreamClient.Failure.broken
    }

    /// Carries bytes both ways until one side ends.
    func carry(_ incoming: RequestBody, _ writer: any ResponseWriter) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { [self] in
                for try await piece in incoming { try await channel.writeAndFlush(piece) }
            }
            group.addTask { [self] in
                let early = early.withLock { $0 }
                if early.readableBytes > 0 { try await writer.write(early) }
                for try await piece in content { try await writer.write(piece) }
            }
            defer {
                group.cancelAll()
                close()
            }
            try await group.next()
        }
    }
}

/// Reads from an upstream as much as somebody asks for.
private final class UpstreamReader: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private var pipe: BodyPipe?

    func open(on context: ChannelHandlerContext) -> RequestBody {
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        let pipe = BodyPipe { bound.value.read() }
        self.pipe = pipe
        return RequestBody(pipe, length: nil, on: context.eventLoop)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { pipe?.offer(Self.unwrapInboundIn(data)) }

    func channelReadComplete(context: ChannelHandlerContext) {
        if pipe?.wantsMore == true { context.read() }
        context.fireChannelReadComplete()
    }

    func channelInactive(context: ChannelHandlerContext) {
        pipe?.finish()
        pipe = nil
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        pipe?.fail(error)
        context.close(promise: nil)
    }
}
