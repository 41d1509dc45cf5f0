import NIOCore

extension EventLoop {
    /// Runs at once when already on the loop, else as soon as the loop can.
    func runNowOrSoon(_ body: @escaping @Sendable () -> Void) {
        if inEventLoop { body() } else { execute(body) }
    }
}
