package import NIOCore

/// Between a connection that receives the content of a request and the one who reads it; used on the connection's
/// event loop only. It asks the connection for no more than it has room for.
package final class BodyPipe {
    /// How many bytes may wait for their reader before the socket is no longer read.
    static let room = 65_536

    private var queue = CircularBuffer<ByteBuffer>()
    private var queuedBytes = 0
    private var reader: EventLoopPromise<ByteBuffer?>?
    private var end: Result<Void, any Error>?
    private var isAsked = false
    /// Tells the connection that there is room.
    private var demand: (() -> Void)?

    package init(demand: @escaping () -> Void) { self.demand = demand }

    /// Nothing is wanted before the reader has asked: until then the answer may be a refusal.
    package var wantsMore: Bool { end == nil && isAsked && queuedBytes < Self.room }

    func take(on eventLoop: any EventLoop) -> EventLoopFuture<ByteBuffer?> {
        isAsked = true
        if let first = queue.popFirst() {
            queuedBytes -= first.readableBytes
            demand?()
            return eventLoop.makeSucceededFuture(first)
        }
        switch end {
        case .success: return eventLoop.makeSucceededFuture(nil)
        case .failure(let error): return eventLoop.makeFailedFuture(error)
        case nil: break
        }
        guard reader == nil else { return eventLoop.makeFailedFuture(StreamClosed()) }
        let promise = eventLoop.makePromise(of: ByteBuffer?.self)
        reader = promise
        demand?()
        return promise.futureResult
    }

    package func offer(_ bytes: ByteBuffer) {
        guard end == nil, bytes.readableBytes > 0 else { return }
        if let reader {
            self.reader = nil
            return reader.succeed(bytes)
        }
        queue.append(bytes)
        queuedBytes += bytes.readableBytes
    }

    package func finish() { end(.success(())) }

    package func fail(_ error: any Error) {
        queue.removeAll()
        queuedBytes = 0
        end(.failure(error))
    }

    private func end(_ result: Result<Void, any Error>) {
        guard end == nil else { return }
        end = result
        demand = nil
        guard let reader else { return }
        self.reader = nil
        switch result {
        case .success: reader.succeed(nil)
        case .failure(let error): reader.fail(error)
        }
    }
}
