import NIOCore

/// Between the one who produces an answer and the connection that sends it; used on the connection's event loop only.
final class AnswerStream {
    /// How many bytes the answer was announced to have.
    let length: Int?
    private(set) var sent = 0
    /// Sends bytes and tells whether the peer has room for more.
    private var send: ((ByteBuffer) -> Bool)?
    private var waiting: [EventLoopPromise<Void>] = []

    init(length: Int?, send: @escaping (ByteBuffer) -> Bool) {
        self.length = length
        self.send = send
    }

    var isComplete: Bool { length.map { $0 == sent } ?? true }

    func write(_ bytes: ByteBuffer, on eventLoop: any EventLoop) -> EventLoopFuture<Void> {
        guard let send else { return eventLoop.makeFailedFuture(StreamClosed()) }
        // More than was announced would be read as the next answer.
        if let length, bytes.readableBytes > length - sent { return eventLoop.makeFailedFuture(StreamClosed()) }
        guard bytes.readableBytes > 0 else { return eventLoop.makeSucceededVoidFuture() }
        sent += bytes.readableBytes
        guard !send(bytes) else { return eventLoop.makeSucceededVoidFuture() }
        // Sending may have found that the peer has gone, and whoever waits now would wait for ever.
        guard self.send != nil else { return eventLoop.makeFailedFuture(StreamClosed()) }
        let promise = eventLoop.makePromise(of: Void.self)
        waiting.append(promise)
        return promise.futureResult
    }

    /// The peer has room again.
    func proceed() {
        let waiting = waiting
        self.waiting = []
        for promise in waiting { promise.succeed() }
    }

    func close() {
        send = nil
        let waiting = waiting
        self.waiting = []
        for promise in waiting { promise.fail(StreamClosed()) }
    }
}

/// What a producer holds of its connection.
struct LoopWriter: ResponseWriter {
    private let stream: NIOLoopBound<AnswerStream>
    private let eventLoop: any EventLoop

    init(_ stream: AnswerStream, on eventLoop: any EventLoop) {
        self.stream = NIOLoopBound(stream, eventLoop: eventLoop)
        self.eventLoop = eventLoop
    }

    func write(_ bytes: ByteBuffer) async throws {
        try Task.checkCancellation()
        try await withTaskCancellationHandler {
            try await eventLoop.flatSubmit { stream.value.write(bytes, on: eventLoop) }.get()
        } onCancel: {
            eventLoop.runNowOrSoon { stream.value.close() }
        }
    }
}
