import Glibc
import JOSE
import ServerHTTP
import TestSupport
import Testing

/// The request log on descriptors that do not take everything.
@Suite(.timeLimit(.minutes(5))) struct LostLinesTests {
    private static let path = "/" + String(repeating: "a", count: 200)

    /// One line for a request of this path.
    private func append(_ path: String = path, to log: RequestLog) {
        let request = ServerRequest(
            method: .get, path: path, query: nil, headers: HeaderFields([]), body: [],
            peer: Peer(address: "192.0.2.1"), requestID: "r", listener: "public")
        log.append(request, .json([]), at: LiveServer.start, microseconds: 1)
    }

    /// A pipe whose writer never blocks.
    private final class Pipe: Sendable {
        let reading: Int32
        let writing: Int32

        init() throws {
            var ends: [Int32] = [-1, -1]
            try #require(pipe(&ends) == 0)
            (reading, writing) = (ends[0], ends[1])
            for end in ends { try #require(fcntl(end, F_SETFL, O_NONBLOCK) == 0) }
        }

        deinit {
            close(reading)
            close(writing)
        }

        /// All that is in it.
        func drain() -> String {
            var text: [UInt8] = []
            var part = [UInt8](repeating: 0, count: 65_536)
            while true {
                let count = read(reading, &part, part.count)
                guard count > 0 else { return String(decoding: text, as: UTF8.self) }
                text.append(contentsOf: part[..<count])
            }
        }
    }

    private func parsed(_ text: String) -> [JSONObject] {
        text.split(separator: "\n").compactMap { try? JSONObject(parsing: Array($0.utf8)) }
    }

    @Test func `counts what a pipe that nobody reads does not take, and begins again on a line of its own`()
        async throws
    {
        let pipe = try Pipe()
        let log = RequestLog(fileDescriptor: pipe.writing, patience: .milliseconds(20))
        let count = 400
        for _ in 0..<count { append(to: log) }
        await log.flush()
        // Still full: these are lost, too, and the count of what was lost before is not.
        for _ in 0..<5 { append(to: log) }
        await log.flush()
        let first = pipe.drain()
        #expect(!first.hasSuffix("\n"))
        append("/after", to: log)
        await log.flush()
        let all = first + pipe.drain()
        let lines = parsed(all)
        let whole = lines.count { $0.string("path") == Self.path }
        #expect(whole > 0 && whole < count)
        #expect(lines.count { $0.string("path") == "/after" } == 1)
        let dropped = lines.compactMap { $0.integer("dropped") }
        #expect(dropped == [Int64(count + 5 - whole)])
        // Nothing but what was cut off is no line.
        #expect(all.split(separator: "\n").count == lines.count + 1)
    }

    @Test func `loses nothing to a reader that is slow`() async throws {
        let pipe = try Pipe()
        let log = RequestLog(fileDescriptor: pipe.writing, patience: .seconds(120))
        let count = 2_000
        for _ in 0..<count { append(to: log) }
        let writing = Task { await log.flush() }
        var text = ""
        try await eventually {
            text += pipe.drain()
            return text.count { $0 == "\n" } == count
        }
        await writing.value
        #expect(parsed(text).count == count)
    }

    @Test func `counts what a full disk does not take`() async throws {
        let full = open("/dev/full", O_WRONLY | O_CLOEXEC)
        try #require(full >= 0)
        let log = RequestLog(fileDescriptor: full)
        for _ in 0..<3 {
            append(to: log)
            await log.flush()
        }
        let pipe = try Pipe()
        try #require(dup2(pipe.writing, full) == full)
        append("/after", to: log)
        await log.flush()
        close(full)
        let lines = parsed(pipe.drain())
        #expect(lines.compactMap { $0.string("path") } == ["/after"])
        #expect(lines.compactMap { $0.integer("dropped") } == [3])
    }
}
