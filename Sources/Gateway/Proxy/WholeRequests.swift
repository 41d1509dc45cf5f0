import NIOCore
import NIOHTTP1

/// Sends the last piece of content of a known length together with the end of the request.
///
/// async-http-client writes each piece as it comes and learns afterwards that it was the last one. An upstream that counts
/// the bytes may have answered and closed by then. The library takes that for a broken connection and throws away what it
/// holds of the answer, if only the close tells where the answer ends (RFC 9112 §6.3). And whoever sends content that is
/// longer than announced, or does not end, would have had a whole request passed on before that shows.
final class WholeRequests: ChannelOutboundHandler {
    typealias OutboundIn = HTTPClientRequestPart
    typealias OutboundOut = HTTPClientRequestPart

    /// How much content is still to come, if its length is known.
    private var left: Int?
    private var last: (piece: NIOAny, promise: EventLoopPromise<Void>?)?

    /// Between the library's own handler and the one that writes HTTP/1.1.
    @Sendable
    static func install(on channel: any Channel) -> EventLoopFuture<Void> {
        channel.eventLoop.submit {
            let pipeline = channel.pipeline.syncOperations
            let encoder = try pipeline.handler(type: HTTPRequestEncoder.self)
            try pipeline.addHandler(WholeRequests(), position: .after(encoder))
        }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch Self.unwrapOutboundIn(data) {
        case .head(let head):
            letGo()
            left = head.headers.first(name: "content-length").flatMap { Int($0) }
        case .body(let piece):
            guard let left else { break }
            let rest = left - piece.readableBytes
            self.left = rest
            guard rest <= 0 else { break }
            letGo()
            last = (data, promise)
            return
        case .end:
            guard let last else { break }
            self.last = nil
            context.write(last.piece, promise: last.promise)
        }
        context.write(data, promise: promise)
    }

    func handlerRemoved(context: ChannelHandlerContext) { letGo() }

    private func letGo() {
        last?.promise?.fail(ChannelError.ioOnClosedChannel)
        last = nil
    }
}
