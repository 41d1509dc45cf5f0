import NIOCore
import NIOPosix

#if canImport(Glibc)
import Glibc
#endif

/// Gives memory back to the system that a flood of connections left behind.
enum FreedMemory {
    /// glibc exports this, but Swift's module of it does not name it. Elsewhere the allocator looks after itself.
    private typealias Trim = @convention(c) (Int) -> Int32

    /// Soon: the handlers of the last connections are still being freed. Not on an event loop: it takes milliseconds.
    static func giveBackSoon(after connection: any Channel) {
        connection.eventLoop.scheduleTask(in: .seconds(1)) {
            NIOThreadPool.singleton.submit { _ in giveBack() }
        }
    }

    private static func giveBack() {
        #if canImport(Glibc)
        guard let symbol = dlsym(nil, "malloc_trim") else { return }
        _ = unsafeBitCast(symbol, to: Trim.self)(0)
        #endif
    }
}
