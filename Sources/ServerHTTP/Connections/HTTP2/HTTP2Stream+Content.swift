import NIOCore
import NIOHTTP2

/// The content of a request that a route reads while it arrives.
extension HTTP2Stream {
    func openInlet(limit: Int, context: ChannelHandlerContext) -> BodyPipe {
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        let pipe = BodyPipe {
            let (stream, context) = bound.value
            stream.demanded(context: context)
        }
        inlet = pipe
        contentLeft = limit
        return pipe
    }

    private func demanded(context: ChannelHandlerContext) {
        if state == .answering { deadline.set(.now() + TimeAmount(limits.bodyDeadline)) }
        readIfHeld(context: context)
    }

    func receiveStreamed(
        _ data: HTTP2Frame.FramePayload.Data, context: ChannelHandlerContext
    ) throws(RequestRefusal) {
        guard let inlet, case .byteBuffer(let bytes) = data.data else { return }
        guard bytes.readableBytes <= contentLeft else {
            self.inlet = nil
            inlet.fail(RequestRefusal.bodyTooLarge)
            if state == .streaming { return cut(.failed, context: context) }
            throw .bodyTooLarge
        }
        contentLeft -= bytes.readableBytes
        inlet.offer(bytes)
        if data.endStream { return contentEnded() }
        guard state == .answering else { return deadline.set(.now() + TimeAmount(limits.streamIdle)) }
        deadline.set(.now() + TimeAmount(inlet.wantsMore ? limits.bodyDeadline : limits.requestDeadline))
    }

    func contentEnded() {
        let inlet = inlet
        self.inlet = nil
        inlet?.finish()
        if state == .answering { deadline.set(.now() + TimeAmount(limits.requestDeadline)) }
    }

    /// RFC 9113 §8.1: the answer is whole, and what the client still sends is not wanted.
    func stopContent(context: ChannelHandlerContext) {
        let inlet = inlet
        self.inlet = nil
        inlet?.fail(StreamClosed())
        context.writeAndFlush(Self.wrapOutboundOut(.rstStream(.noError)), promise: nil)
    }
}
