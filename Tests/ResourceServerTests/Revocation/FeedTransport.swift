import JOSE
import OAuth
import Synchronization

/// Answers a reader of a feed from memory, in each of the ways an issuer can be asked.
final class FeedTransport: HTTPTransport, HTTPStreamTransport {
    struct Down: Error {}

    struct Answers: Sendable {
        var keys: JWKSet
        var snapshot: (@Sendable () -> TransportResponse)?
        /// The messages after this event id; `nil`: gone.
        var messages: (@Sendable (String) -> [String]?)?
        var isDown = false
        var hasStreams = true
        /// Streams stay open and say nothing.
        var isSilent = false
    }

    let answers: Mutex<Answers>
    private let requests = Mutex<[String]>([])

    init(keys: JWKSet) { answers = Mutex(Answers(keys: keys)) }

    /// What was asked for so far.
    var asked: [String] { requests.withLock { $0 } }

    func send(_ request: TransportRequest) async throws -> TransportResponse {
        let answers = answers.withLock { $0 }
        guard !answers.isDown else { throw Down() }
        if request.url.hasSuffix("/revocations/keys") {
            return TransportResponse(
                status: 200, contentType: "application/jwk-set+json", body: answers.keys.publicJSON.jsonBytes)
        }
        guard request.authorization != nil else { return TransportResponse(status: 401) }
        if request.url.hasSuffix("/revocations/snapshot") {
            note("snapshot")
            return answers.snapshot?() ?? TransportResponse(status: 503)
        }
        note("poll")
        let fields = request.url.split(separator: "?").last ?? ""
        let form = try FormParameters(Array(fields.utf8))
        guard let feed = form["feed"], let after = form["after"] else { return TransportResponse(status: 400) }
        guard let messages = answers.messages?("\(feed):\(after)") else { return TransportResponse(status: 410) }
        // An issuer lets the reader wait when there is nothing.
        if messages.isEmpty { try await Task.sleep(for: .milliseconds(2)) }
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("messages", messages)
        writer.endObject()
        return TransportResponse(status: 200, contentType: "application/json", body: writer.bytes)
    }

    func open(_ request: TransportRequest) async throws -> TransportStream {
        let answers = answers.withLock { $0 }
        guard !answers.isDown else { throw Down() }
        note("stream")
        guard answers.hasStreams else { return Self.stream(status: 406, []) }
        guard !answers.isSilent else { return Self.stream(status: 200, nil) }
        guard let messages = answers.messages?(request.headers["Last-Event-ID"] ?? "") else {
            return Self.stream(status: 410, [])
        }
        return Self.stream(status: 200, messages)
    }

    private func note(_ what: String) { requests.withLock { $0.append(what) } }

    /// All of it, cut into small pieces, and then the end; `nil` for one that says nothing and does not end.
    private static func stream(status: Int, _ messages: [String]?) -> TransportStream {
        let headers = TransportHeaders([("Content-Type", "text/event-stream")])
        guard let messages else {
            return TransportStream(status: status, headers: headers, chunks: AsyncThrowingStream { _ in })
        }
        let text = messages.map { "id: x\r\nevent: revocations\r\ndata: \($0)\r\n\r\n" }.joined()
        let bytes = Array((":\n\n" + text).utf8)
        return TransportStream(
            status: status, headers: headers,
            chunks: AsyncThrowingStream { continuation in
                for start in stride(from: 0, to: bytes.count, by: 37) {
                    continuation.yield(Array(bytes[start..<min(start + 37, bytes.count)]))
                }
                continuation.finish()
            })
    }
}
