import NIOCore
import NIOHTTP2

/// The end of an HTTP/2 connection's pipeline: an error of one stream is that stream's, any other ends the connection.
final class ConnectionErrorHandler: ChannelInboundHandler {
    typealias InboundIn = Never

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard !(error is NIOHTTP2Errors.StreamError) else { return }
        context.close(promise: nil)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // HTTP/2 has no half-closed connections: a peer that sends no more is gone.
        if let event = event as? ChannelEvent, event == .inputClosed { context.close(promise: nil) }
    }
}
