import NIOCore

/// Runs the tasks of a connection on the connection's own event loop, so that a request changes threads only when it
/// really waits for something; each hop between executors costs more than a signature's overhead.
final class LoopTaskExecutor: TaskExecutor {
    private let eventLoop: any EventLoop
    /// Answers of this loop's connections that wait to be sent together.
    let outgoing: OutgoingAnswers

    init(_ eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
        outgoing = OutgoingAnswers(eventLoop)
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        eventLoop.execute { [self] in job.runSynchronously(on: asUnownedTaskExecutor()) }
    }
}
