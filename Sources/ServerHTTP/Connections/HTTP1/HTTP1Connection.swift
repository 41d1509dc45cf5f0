import NIOCore

/// One HTTP/1 connection: bytes to requests, one at a time, and answers to bytes; every state has a deadline.
final class HTTP1Connection: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = Never
    typealias OutboundOut = ByteBuffer

    enum State: Hashable {
        /// For the next request, or the rest of it.
        case receiving
        /// A route is at work.
        case answering
        /// The peer does not read.
        case blocked
        /// An answer is sent while it is produced, or a tunnel is open.
        case streaming
        /// The last answer is written; what still comes is thrown away until the peer has closed too.
        case lingering
        case closed
    }

    let dispatcher: Dispatcher
    let peer: Peer
    var parser: RequestParser
    var state = State.receiving
    var deadline: ConnectionDeadline
    /// Counts answers, so that one that comes too late is recognised.
    var generation: UInt64 = 0
    var task: Task<Void, Never>?
    var current: (exchange: Exchange, persists: Bool, isModern: Bool)?
    /// Where the content of the current request goes, while some of it is still to come.
    var inlet: BodyPipe?
    var open: OpenStream?
    /// Whether the answer in the making is of no use to a peer that has closed its side.
    var endsWithPeer = false
    var isQuiescing = false
    var isInputClosed = false
    var isReadHeld = false
    var hasInvited = false
    let executor: LoopTaskExecutor

    init(dispatcher: Dispatcher, peer: Peer, executor: LoopTaskExecutor) {
        self.dispatcher = dispatcher
        self.peer = peer
        self.executor = executor
        parser = RequestParser(limits: dispatcher.limits, streamLimit: dispatcher.streamLimits)
        deadline = ConnectionDeadline()
    }

    var limits: HTTPLimits { dispatcher.limits }

    func handlerAdded(context: ChannelHandlerContext) {
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        deadline.start(on: context.eventLoop) {
            let (connection, context) = bound.value
            connection.deadlinePassed(context: context)
        }
        deadline.set(.now() + TimeAmount(limits.idle))
    }

    func handlerRemoved(context: ChannelHandlerContext) { end() }

    func channelInactive(context: ChannelHandlerContext) {
        end()
        context.fireChannelInactive()
    }

    private func end() {
        state = .closed
        deadline.stop()
        task?.cancel()
        task = nil
        current = nil
        abandonContent()
        endStream(isQuiescing ? .drained : .peerGone)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard state != .lingering, state != .closed else { return }
        let buffer = Self.unwrapInboundIn(data)
        parser.append(buffer.readableBytesView)
        if state == .receiving { return receive(context: context, now: .now()) }
        if inlet != nil { pump(context: context) }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        context.flush()
        context.fireChannelReadComplete()
    }

    /// Reading pauses while an answer is in the making and something has come meanwhile, so that a client cannot pile up
    /// requests in memory. Before that it need not: to take the socket out of the selector and put it back costs two
    /// system calls for each request.
    func read(context: ChannelHandlerContext) {
        guard mayRead else {
            isReadHeld = true
            return
        }
        context.read()
    }

    private var mayRead: Bool {
        state == .receiving || state == .lingering || inlet?.wantsMore == true
            || state == .answering && inlet == nil && parser.unreadCount == 0
    }

    func readIfHeld(context: ChannelHandlerContext) {
        guard isReadHeld, mayRead else { return }
        isReadHeld = false
        context.read()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case is ChannelShouldQuiesceEvent:
            isQuiescing = true
            if state == .receiving, parser.phase == .idle { close(context: context) }
            drainStream(context: context)
        case let event as ChannelEvent where event == .inputClosed:
            isInputClosed = true
            if state == .receiving || state == .lingering {
                close(context: context)
            } else {
                inputEnded(context: context)
            }
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if state == .blocked, context.channel.isWritable {
            state = .receiving
            proceed(context: context)
        } else if state == .streaming, context.channel.isWritable {
            streamUnblocked()
        }
        context.fireChannelWritabilityChanged()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { close(context: context) }

    // MARK: Requests

    /// Serves what has arrived until more is needed, an answer takes time, or the peer stops reading.
    func receive(context: ChannelHandlerContext, now: NIODeadline) {
        while state == .receiving {
            do {
                guard let message = try parser.next() else { return wait(context: context, now: now) }
                hasInvited = false
                deadline.renew()
                begin(message, context: context, now: now)
            } catch {
                refuse(error, context: context)
            }
        }
    }

    private func wait(context: ChannelHandlerContext, now: NIODeadline) {
        if isInputClosed { return close(context: context) }
        switch parser.phase {
        case .idle:
            if isQuiescing { return close(context: context) }
            deadline.set(now + TimeAmount(limits.idle), for: .idle)
        // From the first byte on the clock runs, and further bytes do not set it back (slow headers).
        case .header: deadline.set(now + TimeAmount(limits.headerDeadline), for: .header)
        case .body:
            deadline.set(now + TimeAmount(limits.bodyDeadline), for: .body)
            if !hasInvited, parser.unreadCount == 0, parser.pendingHead?.expectsContinue == true {
                invite(context: context)
            }
        }
    }

    func invite(context: ChannelHandlerContext) {
        hasInvited = true
        var buffer = context.channel.allocator.buffer(capacity: 32)
        buffer.writeStaticString(ResponseEncoder.interimContinue)
        context.writeAndFlush(Self.wrapOutboundOut(buffer), promise: nil)
    }

    private func begin(_ message: RequestParser.Message, context: ChannelHandlerContext, now: NIODeadline) {
        guard let exchange = dispatcher.exchange(message.head, body: message.body, from: peer, started: now) else {
            return refuse(.methodUnknown, context: context)
        }
        current = (exchange, message.head.persists, message.head.isModern)
        endsWithPeer = false
        switch dispatcher.answer(to: exchange) {
        case .ready(let response):
            leaveContent(of: message, context: context)
            respond(response, context: context)
        case .waiting(let handler, let onLoop):
            state = .answering
            leaveContent(of: message, context: context)
            deadline.set(now + TimeAmount(limits.requestDeadline), for: .answer)
            run(handler, exchange, on: onLoop ? executor : nil, context: context)
        case .streaming(let handler):
            state = .answering
            endsWithPeer = true
            deadline.set(now + TimeAmount(limits.requestDeadline), for: .answer)
            let content = content(of: message, context: context)
            run({ await handler($0, content, $1) }, exchange, on: executor, context: context)
        }
    }

    private func run(
        _ handler: @escaping ServerRequest.Handler, _ exchange: Exchange, on executor: LoopTaskExecutor?,
        context: ChannelHandlerContext
    ) {
        generation &+= 1
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        let eventLoop = context.eventLoop
        let dispatcher = dispatcher
        let generation = generation
        task = Task(executorPreference: executor) {
            let response = dispatcher.marked(await handler(exchange.request, exchange.date), exchange)
            eventLoop.runNowOrSoon {
                let (connection, context) = bound.value
                connection.answered(response, generation: generation, context: context)
            }
        }
    }

    private func answered(_ response: ServerResponse, generation: UInt64, context: ChannelHandlerContext) {
        guard state == .answering, generation == self.generation else { return }
        task = nil
        state = .receiving
        respond(response, context: context)
        guard state == .receiving else {
            if state != .streaming { context.flush() }
            return
        }
        // What came meanwhile is answered before all of it is sent.
        receive(context: context, now: .now())
        if state == .receiving || state == .answering {
            executor.outgoing.add(self, context)
        } else if state != .streaming {
            context.flush()
        }
        readIfHeld(context: context)
    }

    /// Takes up what waited while reading was paused.
    func proceed(context: ChannelHandlerContext) {
        receive(context: context, now: .now())
        context.flush()
        readIfHeld(context: context)
    }
}
