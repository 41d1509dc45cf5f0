import NIOCore

/// The one timer of a connection. Moving the deadline back costs nothing: the timer looks again when it fires.
struct ConnectionDeadline {
    /// What the deadline is for; setting it again for the same reason does not move it.
    enum Reason: Hashable {
        case idle, header, body, answer, other
    }

    private var deadline = NIODeadline.distantFuture
    private var reason = Reason.other
    private var timer: Timer?

    mutating func start(on eventLoop: any EventLoop, _ action: @escaping @Sendable () -> Void) {
        timer = Timer(eventLoop, action)
    }

    mutating func set(_ new: NIODeadline, for newReason: Reason = .other) {
        let isRunning = newReason == reason && (newReason == .header || newReason == .body)
        guard !isRunning else { return }
        reason = newReason
        deadline = new
        timer?.aim(at: new)
    }

    /// A request is complete: the next one has times of its own.
    mutating func renew() { reason = .other }

    mutating func stop() {
        timer?.cancel()
        timer = nil
    }

    /// Holds the scheduled task; used on its event loop only.
    private final class Timer {
        private let eventLoop: any EventLoop
        private let action: @Sendable () -> Void
        private var deadline = NIODeadline.distantFuture
        private var scheduled: (at: NIODeadline, task: Scheduled<Void>)?

        init(_ eventLoop: any EventLoop, _ action: @escaping @Sendable () -> Void) {
            self.eventLoop = eventLoop
            self.action = action
        }

        func aim(at new: NIODeadline) {
            deadline = new
            if let scheduled {
                guard new < scheduled.at else { return }
                scheduled.task.cancel()
            }
            schedule()
        }

        private func schedule() {
            let bound = NIOLoopBound(self, eventLoop: eventLoop)
            scheduled = (deadline, eventLoop.scheduleTask(deadline: deadline) { bound.value.fired() })
        }

        private func fired() {
            scheduled = nil
            guard NIODeadline.now() < deadline else { return action() }
            schedule()
        }

        func cancel() {
            scheduled?.task.cancel()
            scheduled = nil
        }
    }
}
