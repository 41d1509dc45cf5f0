import FoundationEssentials
import Glibc

/// Reads what should not stand on a command line: from a file or from standard input.
enum SecretInput {
    private static let maximumBytes = 65_536

    static func read(_ path: String) throws -> String {
        let bytes = path == "-" ? standardInput() : FileManager.default.contents(atPath: path).map { Array($0) } ?? []
        guard !bytes.isEmpty, bytes.count <= maximumBytes, let text = String(validating: bytes, as: UTF8.self) else {
            let place = path == "-" ? "standard input" : path
            throw CommandFailure(.failure, "input_unreadable", "\(place) is empty or cannot be read as text")
        }
        return text.trimmingLineEnds
    }

    private static func standardInput() -> [UInt8] {
        var all: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while all.count <= maximumBytes {
            let count = Glibc.read(STDIN_FILENO, &buffer, buffer.count)
            guard count > 0 else { break }
            all += buffer[..<count]
        }
        return all
    }
}
