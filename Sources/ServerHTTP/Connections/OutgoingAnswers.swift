import NIOCore

/// Sends the answers that one turn of an event loop made, one after the other at its end, or earlier when they are many.
///
/// Sending wakes whoever waits at the other end, which costs this side more than the sending; of answers that follow
/// each other closely only the first does. An answer that is alone in its turn goes out at once.
final class OutgoingAnswers: Sendable {
    private struct Waiting {
        let connection: HTTP1Connection
        let context: ChannelHandlerContext
    }

    /// So many wait for one another at most: none waits for long, however much a turn has to do.
    private static let most = 8

    private let eventLoop: any EventLoop
    private let waiting: NIOLoopBoundBox<[Waiting]>

    init(_ eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
        waiting = NIOLoopBoundBox.makeBoxSendingValue([], eventLoop: eventLoop)
    }

    /// On the loop only.
    func add(_ connection: HTTP1Connection, _ context: ChannelHandlerContext) {
        waiting.value.append(Waiting(connection: connection, context: context))
        if waiting.value.count >= Self.most { return send() }
        guard waiting.value.count == 1 else { return }
        // After what this turn still has to run.
        eventLoop.execute { [self] in send() }
    }

    private func send() {
        let answers = waiting.value
        waiting.value.removeAll(keepingCapacity: true)
        for answer in answers where answer.connection.state != .closed { answer.context.flush() }
    }
}
