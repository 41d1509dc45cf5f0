import NIOCore

/// Answers that are sent while they are produced, and tunnels.
extension HTTP1Connection {
    /// How the end of a streamed answer is told (RFC 9112 §6.3).
    enum StreamFraming: Hashable {
        case length(Int)
        case chunked
        /// To peers of HTTP/1.0.
        case untilClose
        case raw
        /// There is no content: an answer to `HEAD`, or of a status without any.
        case none
    }

    func begin(
        _ stream: ResponseStream, of response: ServerResponse, to exchange: Exchange,
        _ peer: (closes: Bool, isModern: Bool), context: ChannelHandlerContext
    ) {
        // RFC 9110 §7.8: nothing is switched that the client did not ask to switch, and nothing with content behind it.
        if stream.isTunnel, !peer.isModern || exchange.request.headers.first("upgrade") == nil || inlet != nil {
            current = (exchange, !peer.closes, peer.isModern)
            return respond(.error(501, "unsupported", "this connection cannot be switched"), context: context)
        }
        let framing = framing(of: stream, response, to: exchange, isModern: peer.isModern)
        let closes = peer.closes || framing == .untilClose || framing == .raw
        var buffer = context.channel.allocator.buffer(capacity: 1_024)
        ResponseEncoder.encodeHead(
            response, framing, standing: stream.isForeign ? nil : dispatcher.standing,
            (dispatcher.dateText(exchange.date), exchange.request.requestID), closing: closes, into: &buffer)
        guard framing != .none, framing != .length(0) else {
            dispatcher.finished(exchange, response)
            guard !closes else { return writeLast(buffer, context: context) }
            context.write(Self.wrapOutboundOut(buffer), promise: nil)
            return blockIfFull(context: context)
        }
        state = .streaming
        deadline.set(.now() + TimeAmount(limits.streamIdle))
        context.write(Self.wrapOutboundOut(buffer), promise: nil)
        if framing == .raw { parser.becomeRaw() }
        produce(stream, response, exchange, framing, closes: closes, context: context)
    }

    private func framing(
        of stream: ResponseStream, _ response: ServerResponse, to exchange: Exchange, isModern: Bool
    ) -> StreamFraming {
        if stream.isTunnel { return .raw }
        if exchange.isHead || response.status == 204 || response.status == 304 { return .none }
        if let length = stream.length { return .length(length) }
        return isModern ? .chunked : .untilClose
    }

    private func produce(
        _ stream: ResponseStream, _ response: ServerResponse, _ exchange: Exchange, _ framing: StreamFraming,
        closes: Bool, context: ChannelHandlerContext
    ) {
        let eventLoop = context.eventLoop
        let bound = NIOLoopBound((self, context), eventLoop: eventLoop)
        let answer = AnswerStream(length: stream.length) { bytes in
            let (connection, context) = bound.value
            return connection.send(bytes, framing, context: context)
        }
        open = OpenStream(exchange, response, endsOnDrain: stream.endsOnDrain, answer)
        dispatcher.began()
        generation &+= 1
        let generation = generation
        let writer = LoopWriter(answer, on: eventLoop)
        let body = stream.isTunnel ? RequestBody(openInlet(context: context), length: nil, on: eventLoop) : nil
        task = Task(executorPreference: executor) {
            let failure: (any Error)?
            do {
                switch stream.source {
                case .content(let produce): try await produce(writer)
                case .tunnel(let run): try await run(body ?? RequestBody(), writer)
                }
                failure = nil
            } catch {
                failure = error
            }
            let hasFailed = failure != nil
            eventLoop.runNowOrSoon {
                let (connection, context) = bound.value
                guard connection.state == .streaming, connection.generation == generation else { return }
                connection.produced(framing, closes: closes, hasFailed: hasFailed, context: context)
            }
        }
        // The head goes with the first piece if that is there at once, and alone otherwise.
        eventLoop.execute { bound.value.1.flush() }
        if isQuiescing { drainStream(context: context) }
    }

    private func send(_ bytes: ByteBuffer, _ framing: StreamFraming, context: ChannelHandlerContext) -> Bool {
        guard state == .streaming else { return false }
        if framing == .chunked {
            writeChunk(bytes, context: context)
        } else {
            context.write(Self.wrapOutboundOut(bytes), promise: nil)
        }
        context.flush()
        let isWritable = context.channel.isWritable
        deadline.set(.now() + TimeAmount(isWritable ? limits.streamIdle : limits.writeDeadline))
        return isWritable
    }

    private func writeChunk(_ bytes: ByteBuffer, context: ChannelHandlerContext) {
        let isSmall = bytes.readableBytes <= 16_384
        var bytes = bytes
        var buffer = context.channel.allocator.buffer(capacity: isSmall ? bytes.readableBytes + 16 : 16)
        buffer.writeString(String(bytes.readableBytes, radix: 16))
        buffer.writeStaticString("\r\n")
        // Copying little costs less than three pieces on their way through TLS.
        if isSmall {
            buffer.writeBuffer(&bytes)
            buffer.writeStaticString("\r\n")
            return context.write(Self.wrapOutboundOut(buffer), promise: nil)
        }
        context.write(Self.wrapOutboundOut(buffer), promise: nil)
        context.write(Self.wrapOutboundOut(bytes), promise: nil)
        buffer.clear()
        buffer.writeStaticString("\r\n")
        context.write(Self.wrapOutboundOut(buffer), promise: nil)
    }

    func streamUnblocked() {
        deadline.set(.now() + TimeAmount(limits.streamIdle))
        open?.answer.proceed()
    }

    /// The producer is done.
    private func produced(
        _ framing: StreamFraming, closes: Bool, hasFailed: Bool, context: ChannelHandlerContext
    ) {
        guard let open else { return }
        task = nil
        // What ends because the server stops has an end that says so; what broke must not look whole.
        guard (!hasFailed || open.isDraining) && open.answer.isComplete || framing == .raw else {
            endStream(.failed)
            return close(context: context)
        }
        endStream(open.isDraining ? .drained : hasFailed ? .failed : .complete)
        if inlet != nil, framing != .raw { skipContent() }
        var last = context.channel.allocator.buffer(capacity: 8)
        if framing == .chunked { last.writeStaticString("0\r\n\r\n") }
        guard !closes, !isQuiescing, !isInputClosed, inlet == nil else { return writeLast(last, context: context) }
        state = .receiving
        deadline.renew()
        context.write(Self.wrapOutboundOut(last), promise: nil)
        context.flush()
        blockIfFull(context: context)
        if state == .receiving { proceed(context: context) }
    }

    /// The server stops: events end now, and may be asked for again elsewhere.
    func drainStream(context: ChannelHandlerContext) {
        guard state == .streaming, let open, open.endsOnDrain, !open.isDraining else { return }
        open.isDraining = true
        task?.cancel()
        open.answer.close()
        if open.response.stream?.isTunnel == true { abandonContent() }
    }

    /// Whatever happens afterwards, the stream is over and counted once.
    func endStream(_ end: StreamEnd) {
        guard let open else { return }
        self.open = nil
        open.answer.close()
        dispatcher.finished(open, end)
    }
}
