import Authenticators
import Glibc

extension PasswordHasher {
    /// What the one thread of this hasher has used by now: unlike the time that passes, the load of the machine is not in it.
    func processorTime() async -> Duration {
        let time = await withCheckedContinuation { answer in
            queue.submit(
                HashQueue.Waiting(
                    number: queue.reserveNumber(),
                    perform: { [queue] _ in
                        var used = timespec()
                        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used)
                        queue.finish()
                        answer.resume(returning: used)
                    }, fail: { _ in answer.resume(returning: timespec()) }))
        }
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }
}
