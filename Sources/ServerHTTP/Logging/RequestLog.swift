package import JOSE
import NIOCore
import NIOPosix
import Synchronization

/// The request log: one JSON line for each request, gathered in memory and written by a task of its own, so that no
/// request waits for whoever reads the log.
package final class RequestLog: Sendable {
    private struct State {
        var buffer: [UInt8] = []
        var dropped: UInt64 = 0
        /// Whether the last line that was written lacks its end.
        var isTorn = false
        var time: (second: Int64, text: String) = (.min, "")
    }

    private let state = Mutex(State())
    private let wake: AsyncStream<Void>.Continuation
    private let wakes: AsyncStream<Void>
    private let write: @Sendable ([UInt8]) -> Int
    /// A thread of its own: the descriptor may be a full pipe, and that must hold up nobody else.
    private let thread = NIOThreadPool(numberOfThreads: 1)

    /// When this much has gathered it is written without waiting for the time.
    static let writeSize = 65_536
    /// When the reader is slower than the server, lines beyond this are counted instead of kept.
    static let maximumSize = 8_388_608
    static let interval = Duration.milliseconds(50)

    /// - Parameter write: takes whole lines, all of them; may block.
    package convenience init(write: @escaping @Sendable ([UInt8]) -> Void) {
        self.init(writing: { bytes in
            write(bytes)
            return bytes.count
        })
    }

    /// A log to a file descriptor, such as 1 for the standard output.
    ///
    /// - Parameter patience: how long a reader of a pipe that does not block may be slow before lines are lost.
    package convenience init(fileDescriptor: Int32, patience: Duration = .seconds(5)) {
        let file = LogFile(descriptor: fileDescriptor, patience: patience)
        self.init(writing: file.write)
    }

    /// - Parameter writing: takes whole lines and returns how many bytes of them were written; may block.
    private init(writing: @escaping @Sendable ([UInt8]) -> Int) {
        write = writing
        thread.start()
        (wakes, wake) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    deinit { thread.shutdownGracefully { _ in } }

    /// Writes what gathers until cancelled, and then once more.
    package func run() async {
        await withTaskCancellationHandler {
            for await _ in wakes {
                // Half a window of silence costs nothing: the wait begins with the first line.
                if state.withLock({ $0.buffer.count }) < Self.writeSize { try? await Task.sleep(for: Self.interval) }
                await flush()
            }
        } onCancel: {
            wake.finish()
        }
        await flush()
    }

    /// Writes everything that has gathered.
    package func flush() async {
        guard state.withLock({ !$0.buffer.isEmpty || $0.dropped > 0 }) else { return }
        try? await thread.runIfActive { [self] in writeGathered() }
    }

    /// What is lost on the way is counted, and the count is told with the next lines that get through.
    private func writeGathered() {
        var bytes: [UInt8] = []
        let dropped = state.withLock { state -> UInt64 in
            swap(&bytes, &state.buffer)
            // What was cut off ends here, so that it spoils no other line.
            if state.isTorn { bytes.insert(ByteClass.lineFeed, at: 0) }
            if state.dropped > 0 { bytes.append(contentsOf: "{\"dropped\":\(state.dropped)}\n".utf8) }
            defer { state.dropped = 0 }
            return state.dropped
        }
        let written = min(max(0, write(bytes)), bytes.count)
        guard written < bytes.count else { return state.withLock { $0.isTorn = false } }
        // A line that lacks nothing but its end is there.
        let rest = bytes[written...].drop { $0 == ByteClass.lineFeed }
        let lines = UInt64(rest.count { $0 == ByteClass.lineFeed })
        state.withLock { state in
            // The last line was the count of those that were lost before.
            state.dropped &+= dropped > 0 && !rest.isEmpty ? dropped &+ lines &- 1 : lines
            if written > 0 { state.isTorn = bytes[written - 1] != ByteClass.lineFeed }
        }
    }

    package func append(
        _ request: ServerRequest, _ response: ServerResponse, at date: NumericDate, microseconds: Int64
    ) {
        append(request, response, at: date, microseconds: microseconds, streamed: nil)
    }

    /// - Parameter streamed: how many bytes of a stream were sent, and how it ended.
    func append(
        _ request: ServerRequest, _ response: ServerResponse, at date: NumericDate, microseconds: Int64,
        streamed: (bytes: Int, end: StreamEnd)?
    ) {
        var line = LogLine()
        line.member("request_id", request.requestID)
        line.member("listener", request.listener)
        line.member("address", request.peer.address)
        if let user = request.peer.userID { line.member("uid", Int64(user)) }
        line.member("method", request.methodName)
        line.member("path", request.path)
        line.member("status", Int64(response.status))
        line.member("duration_us", microseconds)
        line.member("bytes", Int64(streamed?.bytes ?? response.body.count))
        if let streamed { line.member("stream", streamed.end.rawValue) }
        if let facts = response.facts {
            line.member("client", facts.client)
            line.member("grant", facts.grant)
            line.member("jti", facts.tokenID)
            line.member("resource", facts.resource)
            line.member("decision", facts.decision)
            line.member("decision_id", facts.decisionID)
        }
        append(line, at: date)
    }

    func append(
        refusing refusal: RequestRefusal, from peer: Peer, id: String, decision: String?, listener: String,
        at date: NumericDate
    ) {
        var line = LogLine()
        line.member("request_id", id)
        line.member("listener", listener)
        line.member("address", peer.address)
        line.member("status", Int64(refusal.status))
        line.member("decision", refusal.reason)
        line.member("decision_id", decision)
        append(line, at: date)
    }

    private func append(_ line: consuming LogLine, at date: NumericDate) {
        let line = line.finish()
        let isFirst = state.withLock { state in
            guard state.buffer.count + line.count + 64 <= Self.maximumSize else {
                state.dropped &+= 1
                return false
            }
            if state.time.second != date.secondsSince1970 {
                let text = CivilTime(secondsSince1970: date.secondsSince1970).rfc3339
                state.time = (date.secondsSince1970, text)
            }
            let before = state.buffer.count
            state.buffer.append(contentsOf: #"{"time":""#.utf8)
            state.buffer.append(contentsOf: state.time.text.utf8)
            state.buffer.append(contentsOf: #"","#.utf8)
            state.buffer.append(contentsOf: line)
            state.buffer.append(ByteClass.lineFeed)
            return before == 0 || (before < Self.writeSize && state.buffer.count >= Self.writeSize)
        }
        if isFirst { wake.yield() }
    }
}
