import NIOCore

/// The content of a request that a route reads while it arrives.
extension HTTP1Connection {
    func content(of message: RequestParser.Message, context: ChannelHandlerContext) -> RequestBody {
        guard message.isStreamed else { return RequestBody(message.body) }
        var length: Int?
        if case .length(let announced) = message.head.framing { length = announced }
        return RequestBody(openInlet(context: context), length: length, on: context.eventLoop)
    }

    /// Content that is announced to a route that does not read it: it has to be passed over, or end the connection,
    /// before another request begins.
    func leaveContent(of message: RequestParser.Message, context: ChannelHandlerContext) {
        if message.isStreamed { _ = openInlet(context: context) }
    }

    func openInlet(context: ChannelHandlerContext) -> BodyPipe {
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        let pipe = BodyPipe {
            let (connection, context) = bound.value
            connection.pump(context: context)
            connection.readIfHeld(context: context)
        }
        inlet = pipe
        return pipe
    }

    /// Passes on what has arrived, as long as there is room for it.
    func pump(context: ChannelHandlerContext) {
        guard let inlet else { return }
        do throws(RequestRefusal) {
            while inlet.wantsMore, let part = try parser.nextPart() {
                switch part {
                case .bytes(let bytes): inlet.offer(ByteBuffer(bytes: bytes))
                case .end:
                    contentEnded()
                    return inlet.finish()
                }
            }
        } catch {
            return contentBroke(error, context: context)
        }
        guard inlet.wantsMore else { return waitForAnswer() }
        if isInputClosed { return contentCut(context: context) }
        if !hasInvited, state == .answering, parser.unreadCount == 0, parser.pendingHead?.expectsContinue == true {
            invite(context: context)
        }
        if state == .answering { deadline.set(.now() + TimeAmount(limits.bodyDeadline)) }
        if state == .streaming, context.channel.isWritable { deadline.set(.now() + TimeAmount(limits.streamIdle)) }
    }

    private func contentEnded() {
        inlet = nil
        waitForAnswer()
    }

    /// It is the route's turn, and its time begins again with each piece that it takes.
    private func waitForAnswer() {
        if state == .answering { deadline.set(.now() + TimeAmount(limits.requestDeadline)) }
    }

    private func contentBroke(_ refusal: RequestRefusal, context: ChannelHandlerContext) {
        let inlet = inlet
        self.inlet = nil
        inlet?.fail(refusal)
        guard state == .answering else {
            endStream(.failed)
            return close(context: context)
        }
        task?.cancel()
        task = nil
        generation &+= 1
        current = nil
        refuse(refusal, context: context)
    }

    /// The peer has closed its side in the middle of its content, or in a tunnel, where that is an end like another.
    private func contentCut(context: ChannelHandlerContext) {
        guard let open, open.response.stream?.isTunnel == true else { return close(context: context) }
        let inlet = inlet
        self.inlet = nil
        inlet?.finish()
    }

    /// The peer sends nothing more.
    func inputEnded(context: ChannelHandlerContext) {
        if inlet != nil { pump(context: context) }
        guard state == .answering || state == .streaming, endsWithPeer || open != nil else { return }
        if open?.response.stream?.isTunnel == true { return }
        close(context: context)
    }

    /// Content that nobody asked for and that is here already does not cost the connection.
    func skipContent() {
        while let part = try? parser.nextPart() {
            guard part == .end else { continue }
            inlet?.finish()
            inlet = nil
            return
        }
    }

    func abandonContent() {
        let inlet = inlet
        self.inlet = nil
        inlet?.fail(StreamClosed())
    }
}
