import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Random bytes of the operating system, drawn some at a time: each call to the system costs more than the bytes.
///
/// What was taken is overwritten here, so that a copy of the memory tells nothing of secrets that are out.
final class DrawnBytes: Sendable {
    /// The most that one call gives for sure (getentropy(3)).
    private static let size = 256

    private struct State {
        var bytes = [UInt8](repeating: 0, count: DrawnBytes.size)
        /// Those before it are taken.
        var next = DrawnBytes.size
    }

    private let state = Mutex(State())

    func take(_ count: Int) -> [UInt8] {
        guard count <= Self.size / 2 else { return Self.generated(count) }
        return state.withLock { state in
            if state.next + count > Self.size {
                if getentropy(&state.bytes, Self.size) != 0 { state.bytes = Self.generated(Self.size) }
                state.next = 0
            }
            let end = state.next + count
            let taken = Array(state.bytes[state.next..<end])
            for index in state.next..<end { state.bytes[index] = 0 }
            state.next = end
            return taken
        }
    }

    private static func generated(_ count: Int) -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return [UInt8](unsafeUninitializedCapacity: max(0, count)) { buffer, filled in
            while filled < count {
                var word: UInt64 = generator.next()
                for _ in 0..<min(8, count - filled) {
                    buffer.initializeElement(at: filled, to: UInt8(truncatingIfNeeded: word))
                    word >>= 8
                    filled += 1
                }
            }
        }
    }
}
