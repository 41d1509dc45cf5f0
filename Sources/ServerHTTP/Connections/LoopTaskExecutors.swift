import NIOCore
import Synchronization

/// One task executor for each event loop, kept for as long as connections may use it.
final class LoopTaskExecutors: Sendable {
    private let executors = Mutex<[ObjectIdentifier: LoopTaskExecutor]>([:])

    func executor(for eventLoop: any EventLoop) -> LoopTaskExecutor {
        executors.withLock { executors in
            let id = ObjectIdentifier(eventLoop)
            if let known = executors[id] { return known }
            let new = LoopTaskExecutor(eventLoop)
            executors[id] = new
            return new
        }
    }
}
