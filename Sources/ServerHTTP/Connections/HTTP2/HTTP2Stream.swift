import NIOCore
import NIOHPACK
import NIOHTTP2

/// One HTTP/2 stream: one request and its answer, with the same limits as on HTTP/1.
final class HTTP2Stream: ChannelDuplexHandler {
    typealias InboundIn = HTTP2Frame.FramePayload
    typealias OutboundIn = Never
    typealias OutboundOut = HTTP2Frame.FramePayload

    enum State: Hashable { case waiting, receiving, answering, streaming, finished }

    let dispatcher: Dispatcher
    private let peer: Peer
    let executor: LoopTaskExecutor
    private let budget: BodyBudget
    /// Bytes taken from the budget.
    private var taken = 0
    var state = State.waiting
    private var head: RequestHead?
    private var body: [UInt8] = []
    private var exchange: Exchange?
    var task: Task<Void, Never>?
    var deadline = ConnectionDeadline()
    /// Where the content of the request goes while it arrives.
    var inlet: BodyPipe?
    /// How much content may still come that way.
    var contentLeft = 0
    var open: OpenStream?
    private var isReadHeld = false

    init(dispatcher: Dispatcher, peer: Peer, executor: LoopTaskExecutor, budget: BodyBudget) {
        self.dispatcher = dispatcher
        self.budget = budget
        self.peer = peer
        self.executor = executor
    }

    var limits: HTTPLimits { dispatcher.limits }

    func handlerAdded(context: ChannelHandlerContext) {
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        deadline.start(on: context.eventLoop) {
            let (stream, context) = bound.value
            stream.deadlinePassed(context: context)
        }
        deadline.set(.now() + TimeAmount(limits.headerDeadline))
    }

    func handlerRemoved(context: ChannelHandlerContext) { end() }

    func channelInactive(context: ChannelHandlerContext) {
        end()
        context.fireChannelInactive()
    }

    private func end() {
        state = .finished
        deadline.stop()
        task?.cancel()
        task = nil
        body = []
        inlet?.fail(StreamClosed())
        inlet = nil
        endStream(open?.isDraining == true ? .drained : .peerGone)
        budget.giveBack(taken)
        taken = 0
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        end()
        context.close(promise: nil)
    }

    /// What a route reads as it arrives is not taken from the flow-control window before the route wants it.
    func read(context: ChannelHandlerContext) {
        guard inlet?.wantsMore ?? true else {
            isReadHeld = true
            return
        }
        context.read()
    }

    func readIfHeld(context: ChannelHandlerContext) {
        guard isReadHeld, inlet?.wantsMore ?? true else { return }
        isReadHeld = false
        context.read()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if state == .streaming, context.channel.isWritable { streamUnblocked() }
        context.fireChannelWritabilityChanged()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is ChannelShouldQuiesceEvent { drainStream() }
        context.fireUserInboundEventTriggered(event)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        do throws(RequestRefusal) {
            switch Self.unwrapInboundIn(data) {
            case .headers(let headers): try receive(headers, context: context)
            case .data(let data): try receive(data, context: context)
            default: break
            }
        } catch {
            refuse(error, context: context)
        }
    }

    private func receive(
        _ headers: HTTP2Frame.FramePayload.Headers, context: ChannelHandlerContext
    ) throws(RequestRefusal) {
        switch state {
        case .waiting:
            let head = try RequestHead(headers.headers, limits: limits)
            let streamed = headers.endStream ? nil : dispatcher.streamLimit(head)
            if case .length(let length) = head.framing, length > streamed ?? limits.bodyBytes { throw .bodyTooLarge }
            guard head.headers.first("expect") == nil else { throw .expectationFailed }
            self.head = head
            state = .receiving
            if let streamed { return begin(streaming: head, limit: streamed, context: context) }
            deadline.set(.now() + TimeAmount(limits.bodyDeadline))
        // Trailers are dropped, as on HTTP/1.
        case .receiving: break
        case .answering, .streaming:
            if headers.endStream { contentEnded() }
            return
        case .finished: return
        }
        if headers.endStream { begin(context: context) }
    }

    private func receive(_ data: HTTP2Frame.FramePayload.Data, context: ChannelHandlerContext) throws(RequestRefusal) {
        if inlet != nil { return try receiveStreamed(data, context: context) }
        guard state == .receiving else { return }
        if case .byteBuffer(let buffer) = data.data {
            guard buffer.readableBytes <= limits.bodyBytes - body.count, budget.take(buffer.readableBytes) else {
                throw .bodyTooLarge
            }
            taken += buffer.readableBytes
            body.append(contentsOf: buffer.readableBytesView)
        }
        if data.endStream { begin(context: context) }
    }

    private func begin(context: ChannelHandlerContext) {
        guard let head else { return }
        let now = NIODeadline.now()
        guard let exchange = dispatcher.exchange(head, body: body, from: peer, started: now) else {
            return refuse(.methodUnknown, context: context)
        }
        self.exchange = exchange
        self.head = nil
        body = []
        state = .answering
        deadline.set(now + TimeAmount(limits.requestDeadline))
        switch dispatcher.answer(to: exchange) {
        case .ready(let response): respond(response, context: context)
        case .waiting(let handler, let onLoop): run(handler, exchange, onLoop: onLoop, context: context)
        case .streaming(let handler):
            run({ await handler($0, RequestBody(), $1) }, exchange, onLoop: true, context: context)
        }
    }

    /// Gives a request to its route before its content has come.
    private func begin(streaming head: RequestHead, limit: Int, context: ChannelHandlerContext) {
        let now = NIODeadline.now()
        guard let exchange = dispatcher.exchange(head, body: [], from: peer, started: now) else {
            return refuse(.methodUnknown, context: context)
        }
        self.exchange = exchange
        self.head = nil
        state = .answering
        deadline.set(now + TimeAmount(limits.requestDeadline))
        var length: Int?
        if case .length(let announced) = head.framing { length = announced }
        let content = RequestBody(
            openInlet(limit: limit, context: context), length: length, on: context.eventLoop)
        switch dispatcher.answer(to: exchange) {
        case .streaming(let handler):
            run({ await handler($0, content, $1) }, exchange, onLoop: true, context: context)
        case .ready(let response): respond(response, context: context)
        case .waiting(let handler, let onLoop): run(handler, exchange, onLoop: onLoop, context: context)
        }
    }

    private func run(
        _ handler: @escaping ServerRequest.Handler, _ exchange: Exchange, onLoop: Bool, context: ChannelHandlerContext
    ) {
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        let eventLoop = context.eventLoop
        let dispatcher = dispatcher
        task = Task(executorPreference: onLoop ? executor : nil) {
            let response = dispatcher.marked(await handler(exchange.request, exchange.date), exchange)
            eventLoop.runNowOrSoon {
                let (stream, context) = bound.value
                stream.respond(response, context: context)
            }
        }
    }

    func respond(_ response: ServerResponse, context: ChannelHandlerContext) {
        guard state == .answering, let exchange else { return }
        task = nil
        if let stream = response.stream { return begin(stream, of: response, to: exchange, context: context) }
        state = .finished
        dispatcher.finished(exchange, response)
        write(
            response, date: dispatcher.dateText(exchange.date), id: exchange.request.requestID,
            withoutBody: exchange.isHead, context: context)
        if inlet != nil { stopContent(context: context) }
    }

    func refuse(_ refusal: RequestRefusal, context: ChannelHandlerContext) {
        guard state != .finished, state != .streaming else { return }
        state = .finished
        task?.cancel()
        task = nil
        let (id, date) = dispatcher.refused()
        dispatcher.finished(refusing: refusal, from: peer, id: id, date: date)
        write(
            refusal.response, date: dispatcher.dateText(date), id: id, withoutBody: false, context: context)
        // RFC 9113 §8.1: what the client still sends is not wanted, and nothing is wrong with the answer.
        context.writeAndFlush(Self.wrapOutboundOut(.rstStream(.noError)), promise: nil)
    }

    private func write(
        _ response: ServerResponse, date: String, id: String, withoutBody: Bool, context: ChannelHandlerContext
    ) {
        deadline.set(.now() + TimeAmount(limits.writeDeadline))
        let hasBody = !withoutBody && !response.body.isEmpty
        let headers = HTTP2Frame.FramePayload.Headers(
            headers: HPACKHeaders(response, standing: dispatcher.standing, date: date, requestID: id),
            endStream: !hasBody)
        context.write(Self.wrapOutboundOut(.headers(headers)), promise: nil)
        if hasBody {
            let buffer = context.channel.allocator.buffer(bytes: response.body)
            let data = HTTP2Frame.FramePayload.Data(data: .byteBuffer(buffer), endStream: true)
            context.write(Self.wrapOutboundOut(.data(data)), promise: nil)
        }
        context.flush()
    }

    private func deadlinePassed(context: ChannelHandlerContext) {
        switch state {
        case .waiting, .receiving: refuse(.timeout, context: context)
        case .answering where inlet?.wantsMore == true: refuse(.timeout, context: context)
        case .answering:
            task?.cancel()
            respond(.unavailable("request_deadline"), context: context)
        case .streaming: cut(context.channel.isWritable ? .idle : .peerSlow, context: context)
        case .finished: context.close(promise: nil)
        }
    }
}
