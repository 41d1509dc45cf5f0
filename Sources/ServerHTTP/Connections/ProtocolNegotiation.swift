import NIOCore
import NIOTLS

/// Waits for the TLS handshake, within its deadline, and installs the protocol that was agreed (RFC 7301 §3.2).
final class ProtocolNegotiation: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer

    private let timeLimit: TimeAmount
    private let install: (_ isHTTP2: Bool, ChannelPipeline.SynchronousOperations) throws -> Void
    private var deadline = ConnectionDeadline()

    init(
        timeLimit: TimeAmount,
        install: @escaping (_ isHTTP2: Bool, ChannelPipeline.SynchronousOperations) throws -> Void
    ) {
        self.timeLimit = timeLimit
        self.install = install
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let channel = context.channel
        deadline.start(on: context.eventLoop) { channel.close(promise: nil) }
        deadline.set(.now() + timeLimit)
    }

    func handlerRemoved(context: ChannelHandlerContext) { deadline.stop() }

    func channelInactive(context: ChannelHandlerContext) {
        deadline.stop()
        context.fireChannelInactive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case TLSUserEvent.handshakeCompleted(let negotiated):
            deadline.stop()
            let operations = context.pipeline.syncOperations
            do {
                try install(negotiated == "h2", operations)
                operations.removeHandler(context: context, promise: nil)
            } catch {
                context.close(promise: nil)
            }
        case is ChannelShouldQuiesceEvent: context.close(promise: nil)
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
