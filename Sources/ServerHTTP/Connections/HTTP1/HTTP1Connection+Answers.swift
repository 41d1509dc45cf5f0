import NIOCore

extension HTTP1Connection {
    /// How long a peer may take to notice that the connection has ended.
    private static let lingerTime = TimeAmount.seconds(1)

    /// Writes the answer to the current request; the caller flushes.
    func respond(_ response: ServerResponse, context: ChannelHandlerContext, closing: Bool = false) {
        guard let (exchange, persists, isModern) = current else { return }
        if inlet != nil, response.stream == nil { skipContent() }
        current = nil
        let closes = closing || !persists || isQuiescing || isInputClosed || inlet != nil
        if let stream = response.stream {
            return begin(stream, of: response, to: exchange, (closes, isModern), context: context)
        }
        dispatcher.finished(exchange, response)
        var buffer = context.channel.allocator.buffer(capacity: 512 + response.body.count)
        ResponseEncoder.encode(
            response, standing: dispatcher.standing, date: dispatcher.dateText(exchange.date),
            requestID: exchange.request.requestID, withoutBody: exchange.isHead, closing: closes, into: &buffer)
        guard !closes else { return writeLast(buffer, context: context) }
        context.write(Self.wrapOutboundOut(buffer), promise: nil)
        blockIfFull(context: context)
    }

    /// Serves nothing more before the peer has read what was written.
    func blockIfFull(context: ChannelHandlerContext) {
        if !context.channel.isWritable {
            state = .blocked
            deadline.set(.now() + TimeAmount(limits.writeDeadline))
            context.flush()
        }
    }

    /// Answers what never became a request, and ends the connection: its framing cannot be trusted any more.
    func refuse(_ refusal: RequestRefusal, context: ChannelHandlerContext) {
        let (id, date) = dispatcher.refused()
        dispatcher.finished(refusing: refusal, from: peer, id: id, date: date)
        let response = refusal.response
        var buffer = context.channel.allocator.buffer(capacity: 512 + response.body.count)
        ResponseEncoder.encode(
            response, standing: dispatcher.standing, date: dispatcher.dateText(date), requestID: id,
            withoutBody: false, closing: true, into: &buffer)
        writeLast(buffer, context: context)
    }

    /// Writes the last bytes and closes this side only: closing both at once while bytes are unread would make the
    /// operating system reset the connection, and the client would never see the answer (RFC 9112 §9.6).
    func writeLast(_ buffer: ByteBuffer, context: ChannelHandlerContext) {
        state = .lingering
        abandonContent()
        deadline.set(.now() + TimeAmount(limits.writeDeadline))
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        context.writeAndFlush(Self.wrapOutboundOut(buffer)).whenComplete { result in
            let (connection, context) = bound.value
            guard connection.state == .lingering else { return }
            guard case .success = result, !connection.isInputClosed else { return connection.close(context: context) }
            connection.deadline.set(.now() + Self.lingerTime)
            context.close(mode: .output, promise: nil)
            context.read()
        }
    }

    func close(context: ChannelHandlerContext) {
        guard state != .closed else { return }
        state = .closed
        deadline.stop()
        task?.cancel()
        abandonContent()
        endStream(.peerGone)
        context.close(promise: nil)
    }

    func deadlinePassed(context: ChannelHandlerContext) {
        switch state {
        case .receiving:
            // An idle connection ends without a word; a request that stopped half-way is told why.
            guard parser.phase != .idle else { return close(context: context) }
            refuse(.timeout, context: context)
        case .answering:
            // Not the handler is slow, but the peer.
            let waitsForPeer = inlet?.wantsMore == true
            task?.cancel()
            task = nil
            generation &+= 1
            if waitsForPeer { return refuse(.timeout, context: context) }
            respond(.unavailable("request_deadline"), context: context, closing: true)
        case .streaming:
            endStream(context.channel.isWritable ? .idle : .peerSlow)
            close(context: context)
        case .blocked, .lingering: close(context: context)
        case .closed: break
        }
    }
}
