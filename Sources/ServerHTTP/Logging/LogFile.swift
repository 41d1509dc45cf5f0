#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// The descriptor that a log goes to, such as the standard output: a file, a terminal, or a pipe that may be full, may
/// not block, or may have nobody at its other end.
struct LogFile: Sendable {
    let descriptor: Int32
    /// How long a full pipe that does not block may stay full.
    let patience: Duration

    /// Writes as much as the descriptor takes, and returns how much that was.
    func write(_ bytes: [UInt8]) -> Int {
        var offset = 0
        while offset < bytes.count {
            let count = bytes.withUnsafeBytes { buffer -> Int in
                let rest = UnsafeRawBufferPointer(rebasing: buffer[offset...])
                return systemWrite(descriptor, rest.baseAddress, rest.count)
            }
            if count > 0 {
                offset += count
                continue
            }
            guard count < 0, errno == EINTR || (errno == EAGAIN && hasRoom()) else { return offset }
        }
        return offset
    }

    /// Waits until the pipe takes something or tells that it never will, for as long as ``patience`` lasts.
    private func hasRoom() -> Bool {
        let deadline = ContinuousClock.now + patience
        while true {
            let left = max(.zero, deadline - ContinuousClock.now)
            let milliseconds = left.components.seconds * 1000 + left.components.attoseconds / 1_000_000_000_000_000
            var event = pollfd(descriptor: descriptor)
            let count = poll(&event, 1, Int32(clamping: milliseconds))
            guard count < 0, errno == EINTR, left > .zero else { return count > 0 }
        }
    }
}

extension pollfd {
    fileprivate init(descriptor: Int32) { self.init(fd: descriptor, events: Int16(POLLOUT), revents: 0) }
}

private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    write(descriptor, bytes, count)
}
