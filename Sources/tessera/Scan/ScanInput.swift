import Glibc

/// The buffer through which files and pipes are searched: its size is all the memory that a search takes.
final class ScanInput {
    private static let size = 1 << 20
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 64)

    deinit { buffer.deallocate() }

    /// Searches all that `read` gives, until it gives nothing. Returns how much that was; `nil` if it failed.
    ///
    /// - Parameter read: fills the beginning of what it is given and says how far; 0 at the end, negative on failure.
    func search(
        _ read: (UnsafeMutableRawBufferPointer) -> Int, _ found: (SecretScanner.Match) -> Void
    ) -> Int64? {
        var scanner = SecretScanner()
        var filled = 0
        var total: Int64 = 0
        while true {
            let count = read(UnsafeMutableRawBufferPointer(rebasing: buffer[filled...]))
            guard count >= 0 else { return nil }
            total += Int64(count)
            let isLast = count == 0
            let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<(filled + count)])
            let done = scanner.scan(bytes, isLast: isLast, found)
            guard !isLast else { return total }
            // What may go on in the next piece comes again; it is far shorter than the buffer.
            filled = bytes.count - done
            if done > 0, filled > 0, let base = buffer.baseAddress { memmove(base, base + done, filled) }
        }
    }

    /// Searches an open file to its end.
    func search(file descriptor: Int32, _ found: (SecretScanner.Match) -> Void) -> Int64? {
        search({ FileRead.once(descriptor, $0) }, found)
    }
}

/// `read(2)`, again after signals.
enum FileRead {
    static func once(_ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer) -> Int {
        while true {
            let count = read(descriptor, buffer.baseAddress, buffer.count)
            guard count < 0, errno == EINTR else { return count }
        }
    }
}
