package import NIOCore

/// The content of a request as it arrives; what is not asked for is not read from the socket.
package struct RequestBody: AsyncSequence, Sendable {
    package typealias Element = ByteBuffer

    fileprivate enum Source: Sendable {
        case whole([UInt8])
        case pipe(NIOLoopBound<BodyPipe>, any EventLoop)
    }

    /// As the request declared it; `nil` when only its end will tell.
    package let length: Int?
    private let source: Source

    /// Content that is there already.
    package init(_ bytes: [UInt8] = []) {
        length = bytes.count
        source = .whole(bytes)
    }

    /// To be made on the event loop of the pipe.
    package init(_ pipe: BodyPipe, length: Int?, on eventLoop: any EventLoop) {
        self.length = length
        source = .pipe(NIOLoopBound(pipe, eventLoop: eventLoop), eventLoop)
    }

    /// Whether it is known that there is no content.
    package var isEmpty: Bool { length == 0 }

    package func makeAsyncIterator() -> Iterator { Iterator(source: source) }

    /// Takes one piece after another; for one reader.
    package struct Iterator: AsyncIteratorProtocol {
        fileprivate let source: Source
        private var isDone = false

        fileprivate init(source: Source) { self.source = source }

        /// Throws when the peer has gone, was too slow, or sent more than it may.
        package mutating func next() async throws -> ByteBuffer? {
            switch source {
            case .whole(let bytes):
                guard !isDone, !bytes.isEmpty else { return nil }
                isDone = true
                return ByteBuffer(bytes: bytes)
            case .pipe(let pipe, let eventLoop):
                return try await withTaskCancellationHandler {
                    try await eventLoop.flatSubmit { pipe.value.take(on: eventLoop) }.get()
                } onCancel: {
                    eventLoop.runNowOrSoon { pipe.value.fail(CancellationError()) }
                }
            }
        }
    }
}
