import NIOCore
import NIOHPACK
import NIOHTTP2

/// Answers that are sent while they are produced, as fast as the stream's window allows.
extension HTTP2Stream {
    func begin(
        _ stream: ResponseStream, of response: ServerResponse, to exchange: Exchange, context: ChannelHandlerContext
    ) {
        // Protocols are switched on HTTP/1.1 only.
        guard case .content(let produce) = stream.source else {
            state = .answering
            return respond(.error(501, "unsupported", "this connection cannot be switched"), context: context)
        }
        let isEmpty = exchange.isHead || response.status == 204 || response.status == 304 || stream.length == 0
        let headers = HPACKHeaders(
            response, stream: stream, standing: dispatcher.standing, date: dispatcher.dateText(exchange.date),
            requestID: exchange.request.requestID)
        let head = HTTP2Frame.FramePayload.Headers(headers: headers, endStream: isEmpty)
        context.write(Self.wrapOutboundOut(.headers(head)), promise: nil)
        guard !isEmpty else {
            state = .finished
            dispatcher.finished(exchange, response)
            deadline.set(.now() + TimeAmount(limits.writeDeadline))
            context.flush()
            if inlet != nil { stopContent(context: context) }
            return
        }
        state = .streaming
        deadline.set(.now() + TimeAmount(limits.streamIdle))
        let eventLoop = context.eventLoop
        let bound = NIOLoopBound((self, context), eventLoop: eventLoop)
        let answer = AnswerStream(length: stream.length) { bytes in
            let (stream, context) = bound.value
            return stream.send(bytes, context: context)
        }
        open = OpenStream(exchange, response, endsOnDrain: stream.endsOnDrain, answer)
        dispatcher.began()
        let writer = LoopWriter(answer, on: eventLoop)
        task = Task(executorPreference: executor) {
            let hasFailed: Bool
            do {
                try await produce(writer)
                hasFailed = false
            } catch {
                hasFailed = true
            }
            eventLoop.runNowOrSoon {
                let (stream, context) = bound.value
                stream.produced(hasFailed: hasFailed, context: context)
            }
        }
        eventLoop.execute { bound.value.1.flush() }
    }

    private func send(_ bytes: ByteBuffer, context: ChannelHandlerContext) -> Bool {
        guard state == .streaming else { return false }
        let data = HTTP2Frame.FramePayload.Data(data: .byteBuffer(bytes))
        context.writeAndFlush(Self.wrapOutboundOut(.data(data)), promise: nil)
        let isWritable = context.channel.isWritable
        deadline.set(.now() + TimeAmount(isWritable ? limits.streamIdle : limits.writeDeadline))
        return isWritable
    }

    func streamUnblocked() {
        deadline.set(.now() + TimeAmount(limits.streamIdle))
        open?.answer.proceed()
    }

    private func produced(hasFailed: Bool, context: ChannelHandlerContext) {
        guard state == .streaming, let open else { return }
        task = nil
        guard !hasFailed || open.isDraining, open.answer.isComplete else {
            return cut(.failed, context: context)
        }
        endStream(open.isDraining ? .drained : .complete)
        state = .finished
        deadline.set(.now() + TimeAmount(limits.writeDeadline))
        let end = HTTP2Frame.FramePayload.Data(data: .byteBuffer(ByteBuffer()), endStream: true)
        context.writeAndFlush(Self.wrapOutboundOut(.data(end)), promise: nil)
        if inlet != nil { stopContent(context: context) }
    }

    /// Ends a stream so that nobody takes what was sent for the whole (RFC 9113 §8.1).
    func cut(_ end: StreamEnd, context: ChannelHandlerContext) {
        endStream(end)
        state = .finished
        task?.cancel()
        task = nil
        context.writeAndFlush(Self.wrapOutboundOut(.rstStream(.internalError)), promise: nil)
    }

    func drainStream() {
        guard state == .streaming, let open, open.endsOnDrain, !open.isDraining else { return }
        open.isDraining = true
        task?.cancel()
        open.answer.close()
    }

    func endStream(_ end: StreamEnd) {
        guard let open else { return }
        self.open = nil
        open.answer.close()
        dispatcher.finished(open, end)
    }
}
