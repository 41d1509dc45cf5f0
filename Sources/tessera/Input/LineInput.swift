import Glibc

/// The lines of a file or of standard input, one after the other, however many there are.
struct LineInput: ~Copyable {
    /// Of one line.
    static let maximumBytes = 65_536

    /// One line without its end.
    struct Line {
        let number: Int64
        let text: [UInt8]
    }

    private let descriptor: Int32
    private let path: String
    private var pending: [UInt8] = []
    /// What of `pending` has been given out.
    private var start = 0
    private var number: Int64 = 0
    private var isAtEnd = false

    init(_ path: String) throws {
        self.path = path
        descriptor = path == "-" ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw CommandFailure(.failure, "input_unreadable", "\(path) cannot be read")
        }
    }

    deinit { close(descriptor) }

    /// `nil` at the end.
    mutating func next() throws -> Line? {
        while true {
            if let end = pending[start...].firstIndex(of: 0x0A) {
                defer { start = end + 1 }
                return line(pending[start..<end])
            }
            if isAtEnd {
                guard start < pending.count else { return nil }
                defer { start = pending.count }
                return line(pending[start...])
            }
            pending.removeFirst(start)
            start = 0
            guard pending.count <= Self.maximumBytes else {
                throw CommandFailure(
                    .failure, "input_unreadable", "line \(number + 1) is longer than \(Self.maximumBytes) bytes")
            }
            try fill()
        }
    }

    private mutating func fill() throws {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = read(descriptor, &buffer, buffer.count)
        guard count >= 0 else { throw CommandFailure(.failure, "input_unreadable", "\(path) cannot be read") }
        isAtEnd = count == 0
        pending += buffer[..<count]
    }

    private mutating func line(_ bytes: ArraySlice<UInt8>) -> Line {
        number += 1
        return Line(number: number, text: Array(bytes.last == 0x0D ? bytes.dropLast() : bytes))
    }
}
