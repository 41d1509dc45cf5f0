import Synchronization

/// How many bytes of request bodies the streams of one HTTP/2 connection may hold together.
///
/// Without it a connection could hold as many bodies as it may have streams.
final class BodyBudget: Sendable {
    private let left: Mutex<Int>

    init(limits: HTTPLimits) { left = Mutex(limits.connectionBodyBytes) }

    /// Whether `count` more bytes fit; if so they are taken until ``giveBack(_:)``.
    func take(_ count: Int) -> Bool {
        left.withLock { left in
            guard count <= left else { return false }
            left -= count
            return true
        }
    }

    func giveBack(_ count: Int) { left.withLock { $0 += count } }
}
