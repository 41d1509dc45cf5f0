import AuthorizationServer
import JOSE
import NIOCore
import OAuth

/// The revocation feed: as an event stream, by long poll where proxies hold streams back, and as a snapshot to begin with.
struct RevocationFeedRoute: Sendable {
    let endpoint: FormEndpoint

    private static let eventStream = "text/event-stream"
    private static let parameters: Set<String> = ["feed", "after", "wait"]

    /// `GET /revocations`
    @Sendable
    func get(_ request: ServerRequest, at now: NumericDate) async -> ServerResponse {
        await endpoint.answerQuery(request, at: now, knowing: Self.parameters) { query, credentials, caller in
            try await answer(request, query, at: now) {
                try await endpoint.provider.feedReader(from: credentials, caller: caller, at: now)
            }
        }
    }

    /// `POST /revocations`, for resources that prove themselves by an assertion.
    @Sendable
    func post(_ request: ServerRequest, at now: NumericDate) async -> ServerResponse {
        await endpoint.answer(request, at: now) { form, credentials, caller in
            try await answer(request, form, at: now) {
                try await endpoint.provider.feedReader(from: credentials, caller: caller, at: now)
            }
        }
    }

    /// Nobody waits for an answer without content.
    @Sendable
    func head(_ request: ServerRequest, at now: NumericDate) async -> ServerResponse {
        ServerResponse(status: 200, headers: HeaderFields([.init(name: "cache-control", value: "no-store")]))
    }

    /// `GET /revocations/snapshot`
    @Sendable
    func getSnapshot(_ request: ServerRequest, at now: NumericDate) async -> ServerResponse {
        await endpoint.answerQuery(request, at: now, knowing: []) { _, credentials, caller in
            try await snapshot(credentials, caller, at: now)
        }
    }

    /// `POST /revocations/snapshot`
    @Sendable
    func postSnapshot(_ request: ServerRequest, at now: NumericDate) async -> ServerResponse {
        await endpoint.answer(request, at: now) { _, credentials, caller in
            try await snapshot(credentials, caller, at: now)
        }
    }

    private func snapshot(
        _ credentials: ClientCredentials, _ caller: Caller, at now: NumericDate
    ) async throws -> ServerResponse {
        let answer = try await endpoint.provider.feedSnapshot(from: credentials, caller: caller, at: now)
        let snapshot = answer.response
        let headers = HeaderFields([
            .init(name: "content-type", value: RevocationSnapshot.mediaType),
            .init(name: "cache-control", value: "no-store"),
        ])
        let stream = ResponseStream(length: snapshot.length) { writer in
            try await writer.write(ByteBuffer(bytes: snapshot.prefix))
            for piece in snapshot.pieces { try await writer.write(ByteBuffer(bytes: piece.bytes)) }
        }
        return ServerResponse(status: 200, headers: headers, facts: RequestFacts(answer.facts), stream: stream)
    }

    private func answer(
        _ request: ServerRequest, _ parameters: FormParameters, at now: NumericDate,
        _ connect: () async throws -> FeedReader
    ) async throws -> ServerResponse {
        let place = try FeedPlace(request, parameters)
        let reader = try await connect()
        let isStream = request.headers.all("accept").contains { value in
            value.utf8.split(separator: UInt8(ascii: ",")).contains { String($0)?.isEventStream ?? false }
        }
        guard isStream else {
            defer { reader.close() }
            return await poll(reader, place, for: parameters)
        }
        return stream(reader, place, since: now)
    }

    // MARK: Long poll

    private func poll(
        _ reader: FeedReader, _ place: FeedPlace, for parameters: FormParameters
    ) async -> ServerResponse {
        let feed = endpoint.provider.revocations.feed
        let longest = feed.policy.longestWait
        let wait = min(longest, max(0, parameters["wait"].flatMap(Int64.init) ?? longest))
        guard let (chain, sequence) = place.position(of: reader) else { return Self.resync }
        let delivery = await Self.delivery(of: reader, after: sequence, of: chain, within: wait)
        let messages: [FeedMessage]
        switch delivery {
        case .messages(let some): messages = some
        // It asks again, with its credentials.
        case .ended: messages = []
        case .resync: return Self.resync
        }
        var writer = JSONWriter(capacity: 64 + messages.reduce(0) { $0 &+ $1.text.utf8.count &+ 4 })
        writer.beginObject()
        writer.member("feed", chain)
        writer.member("messages", messages.map(\.text))
        writer.endObject()
        return .json(writer.bytes, facts: RequestFacts(decision: "messages"))
    }

    /// What there is, or comes within so many seconds; nothing at their end.
    private static func delivery(
        of reader: FeedReader, after sequence: Int64, of chain: String, within seconds: Int64
    ) async -> FeedReader.Delivery {
        guard seconds > 0 else { return reader.messages(after: sequence, of: chain) }
        return await withTaskGroup(of: FeedReader.Delivery.self) { group in
            group.addTask { await reader.next(after: sequence, of: chain) }
            group.addTask {
                try? await Task.sleep(for: .seconds(seconds))
                return reader.messages(after: sequence, of: chain)
            }
            let first = await group.next() ?? .messages([])
            group.cancelAll()
            return first
        }
    }

    // MARK: Event stream

    private func stream(_ reader: FeedReader, _ place: FeedPlace, since begin: NumericDate) -> ServerResponse {
        guard let (chain, start) = place.position(of: reader), reader.isKept(after: start, of: chain) else {
            reader.close()
            return Self.resync
        }
        let headers = HeaderFields([
            .init(name: "content-type", value: Self.eventStream), .init(name: "cache-control", value: "no-store"),
            // Of nginx and those who learnt from it: events must not wait in a buffer.
            .init(name: "x-accel-buffering", value: "no"),
        ])
        let stream = ResponseStream(endsOnDrain: true) { writer in
            defer { reader.close() }
            // Something at once, so that the reader knows that it is heard.
            try await writer.write(ByteBuffer(string: ": \(chain)\n\n"))
            var sequence = start
            while !Task.isCancelled {
                let messages: [FeedMessage]
                switch await reader.next(after: sequence, of: chain) {
                case .messages(let some): messages = some
                case .ended: return
                case .resync:
                    try await writer.write(ByteBuffer(string: "event: resync\ndata: resync\n\n"))
                    return
                }
                guard let last = messages.last else { return }
                if messages.count == 1 {
                    try await writer.write(ByteBuffer(bytes: last.event))
                } else {
                    var buffer = ByteBuffer()
                    for message in messages { buffer.writeBytes(message.event) }
                    try await writer.write(buffer)
                }
                sequence = last.sequence
                // Nobody listens for ever without proving anew who it is.
                if last.issuedAt - begin >= .seconds(FeedPolicy.longestStream) { return }
            }
        }
        return ServerResponse(
            status: 200, headers: headers, facts: RequestFacts(DecisionFacts("stream", resource: reader.audience)),
            stream: stream)
    }

    /// What the reader asks for is not kept: it has to begin with a snapshot.
    private static var resync: ServerResponse {
        .error(410, "resync", "these messages are no longer kept; begin with a snapshot")
    }
}

/// After which message a reader wants to go on, as it says it in either way; nowhere: from now on.
private struct FeedPlace {
    private let given: (feed: String, sequence: Int64)?

    init(_ request: ServerRequest, _ parameters: FormParameters) throws {
        if let wait = parameters["wait"], Int64(wait).map({ $0 >= 0 }) != true {
            throw OAuthError(.invalidRequest, "wait is a number of seconds")
        }
        let feed = parameters["feed"]
        let after = parameters["after"]
        // HTML §9.2.5: what a stream is taken up with again counts more than the address it was begun with.
        if let last = request.headers.first("last-event-id"), !last.isEmpty {
            guard let id = RevocationPosition.parse(eventID: last) else {
                throw OAuthError(.invalidRequest, "Last-Event-ID is no event of this feed")
            }
            given = id
        } else if let feed, let after {
            guard let id = RevocationPosition.parse(eventID: feed + ":" + after) else {
                throw OAuthError(.invalidRequest, "feed and after name no message")
            }
            given = id
        } else {
            guard feed == nil, after == nil else {
                throw OAuthError(.invalidRequest, "feed and after belong together")
            }
            given = nil
        }
    }

    func position(of reader: FeedReader) -> (feed: String, sequence: Int64)? {
        given ?? reader.position.map { ($0.feed, $0.sequence) }
    }
}

extension String {
    /// Whether one element of `Accept` asks for an event stream; parameters and blanks aside.
    fileprivate var isEventStream: Bool {
        let type = utf8.prefix { $0 != UInt8(ascii: ";") }.filter { $0 != 0x20 && $0 != 0x09 }
        return type.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 } == Array("text/event-stream".utf8)
    }
}
