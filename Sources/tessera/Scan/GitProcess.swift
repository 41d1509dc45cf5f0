import Glibc

/// A running git, written to and read from through pipes.
final class GitProcess {
    enum Failure: Error { case notInstalled, failed(String) }

    private let process: pid_t
    private var input: Int32
    private let output: Int32
    private var buffer: [UInt8] = []
    private var position = 0
    private var hasEnded = false

    /// - Parameters:
    ///   - arguments: behind `git`.
    ///   - source: another git whose output this one reads.
    init(
        _ arguments: [String], in folder: String, _ surroundings: GitSurroundings, reading source: GitProcess? = nil
    ) throws(Failure) {
        var toChild: [Int32] = [-1, -1]
        var fromChild: [Int32] = [-1, -1]
        guard Self.open(&toChild) else { throw .failed("no pipe can be made") }
        guard Self.open(&fromChild) else {
            for descriptor in toChild { close(descriptor) }
            throw .failed("no pipe can be made")
        }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, source?.output ?? toChild[0], 0)
        posix_spawn_file_actions_adddup2(&actions, fromChild[1], 1)
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        let words = ["git"] + surroundings.options + ["-C", folder] + arguments
        var texts = words.map { strdup($0) } + [nil]
        var variables = surroundings.environment.map { strdup($0) } + [nil]
        defer { for text in texts + variables { free(text) } }
        var process: pid_t = 0
        let status = posix_spawnp(&process, "git", &actions, nil, &texts, &variables)
        close(toChild[0])
        close(fromChild[1])
        guard status == 0 else {
            close(toChild[1])
            close(fromChild[0])
            throw status == ENOENT ? .notInstalled : .failed(String(cString: strerror(status)))
        }
        self.process = process
        input = toChild[1]
        output = fromChild[0]
    }

    deinit { _ = end() }

    /// A pipe that no other program inherits.
    private static func open(_ ends: inout [Int32]) -> Bool {
        guard pipe(&ends) == 0 else { return false }
        for descriptor in ends { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
        return true
    }

    func write(_ text: String) -> Bool {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Glibc.write(input, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            bytes = bytes.dropFirst(count)
        }
        return true
    }

    func closeInput() {
        guard input >= 0 else { return }
        close(input)
        input = -1
    }

    /// What stands before the next byte `end`, of at most a path's length; `nil` at the end of the output.
    func text(until end: UInt8) -> String? {
        var bytes: [UInt8] = []
        while true {
            if position == buffer.count, !fill() { return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self) }
            let rest = buffer[position...]
            guard let place = rest.firstIndex(of: end) else {
                bytes.append(contentsOf: rest)
                position = buffer.count
                if bytes.count > 65_536 { return nil }
                continue
            }
            bytes.append(contentsOf: buffer[position..<place])
            position = place + 1
            return String(decoding: bytes, as: UTF8.self)
        }
    }

    /// Some of the next bytes; 0 at the end.
    func read(into target: UnsafeMutableRawBufferPointer) -> Int {
        if position < buffer.count {
            let count = min(target.count, buffer.count - position)
            target.copyBytes(from: buffer[position..<(position + count)])
            position += count
            return count
        }
        return FileRead.once(output, target)
    }

    private func fill() -> Bool {
        buffer = [UInt8](unsafeUninitializedCapacity: 65_536) { bytes, count in
            count = max(0, FileRead.once(output, UnsafeMutableRawBufferPointer(bytes)))
        }
        position = 0
        return !buffer.isEmpty
    }

    /// Ends it before it is done.
    func stop() {
        guard !hasEnded else { return }
        kill(process, SIGKILL)
        _ = end()
    }

    /// Ends it, and says whether it did what it was asked for.
    func end() -> Bool {
        guard !hasEnded else { return true }
        hasEnded = true
        closeInput()
        close(output)
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
        return status == 0
    }
}
