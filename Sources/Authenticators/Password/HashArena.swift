import Glibc

/// The memory that one hashing thread gives to libargon2 again and again.
///
/// Fresh pages cost as much time as the hash itself. libargon2 asks a C function without context for memory, so the
/// arena in use stands in a variable of the thread. libargon2 wipes the memory before it gives it back.
package final class HashArena {
    /// What every hash with the current parameters needs; more than that is given for one hash only.
    private let size: Int
    private var memory: UnsafeMutableRawPointer?
    private var isLent = false

    init(size: Int) { self.size = size }

    deinit { memory?.deallocate() }

    /// libargon2's `allocate_cbk` and `free_cbk` find this arena while `work` runs.
    func inUse<Result>(_ work: () -> Result) -> Result {
        guard let key = Self.key else { return work() }
        pthread_setspecific(key, Unmanaged.passUnretained(self).toOpaque())
        defer { pthread_setspecific(key, nil) }
        return withExtendedLifetime(self, work)
    }

    /// The arena of the thread that asks.
    static var current: HashArena? {
        guard let key, let pointer = pthread_getspecific(key) else { return nil }
        return Unmanaged<HashArena>.fromOpaque(pointer).takeUnretainedValue()
    }

    func lend(_ count: Int) -> UnsafeMutableRawPointer {
        guard count <= size, !isLent else { return Self.allocate(count) }
        isLent = true
        let lent = memory ?? Self.allocate(size)
        memory = lent
        return lent
    }

    func takeBack(_ pointer: UnsafeMutableRawPointer) {
        if pointer == memory { isLent = false } else { pointer.deallocate() }
    }

    private static func allocate(_ count: Int) -> UnsafeMutableRawPointer {
        .allocate(byteCount: count, alignment: 64)
    }

    private static let key: pthread_key_t? = {
        var key = pthread_key_t()
        return pthread_key_create(&key, nil) == 0 ? key : nil
    }()
}
