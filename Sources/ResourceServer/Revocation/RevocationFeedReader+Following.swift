import JOSE
import OAuth
import Synchronization

extension RevocationFeedReader {
    /// The answer to a long poll; an issuer sends more in the next one.
    private static let largestPoll = 4 << 20
    /// Seconds of one long poll: an HTTP client that gives up after ten, as most here do, still hears the answer.
    private static let longestWait: Int64 = 8
    /// An event holds one message.
    private static let largestEvent = CompactJWS.maximumBytes + 1024

    /// Follows the feed until the task is cancelled. Call it once.
    public func run() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.follow() }
            group.addTask { await self.forget() }
            group.addTask { await self.watch() }
            await group.waitForAll()
        }
    }

    private func follow() async {
        var course = FeedCourse()
        while !Task.isCancelled {
            course.begin(accepted: accepted)
            do {
                try await step(&course)
            } catch {
                let problem = error as? RevocationFeedProblem ?? .unreachable
                guard !Task.isCancelled else { return }
                knowledge.withLock { known in
                    known.refused &+= 1
                    known.lastProblem = problem
                    known.connection = .none
                }
                course.failed(problem, accepted: accepted, longest: policy.longestPause)
            }
            if course.pause > .zero { try? await clock.sleep(jittered(course.pause)) }
        }
    }

    private var accepted: Int { knowledge.withLock { $0.accepted } }

    private func step(_ course: inout FeedCourse) async throws {
        if course.needsSnapshot {
            try await fetchSnapshot()
            course.tookSnapshot(accepted: accepted)
        }
        guard let position = knowledge.withLock({ $0.chain.position }) else { throw RevocationFeedProblem.gap }
        if let streams, course.pollsLeft == 0 {
            try await listen(through: streams, after: position)
        } else {
            course.polled(hadContent: try await poll(after: position))
        }
    }

    private func fetchSnapshot() async throws {
        var request = TransportRequest(
            get: feed.snapshot, accept: RevocationSnapshot.mediaType, authorization: feed.authorization)
        request.maximumBodyBytes = policy.maximumSnapshotBytes
        let answer = try await transport.send(request)
        try Self.check(answer.status)
        guard answer.isOf(type: RevocationSnapshot.mediaType) else { throw RevocationFeedProblem.noAnswer }
        try await take(snapshot: answer.body)
    }

    /// Server-sent events, until they end. Never returns otherwise than by throwing.
    private func listen(through streams: any HTTPStreamTransport, after position: RevocationPosition) async throws {
        var request = TransportRequest(
            get: feed.messages, accept: "text/event-stream", authorization: feed.authorization)
        request.headers["Last-Event-ID"] = position.eventID
        try await withThrowingTaskGroup(of: Void.self) { [request] group in
            group.addTask {
                let stream = try await streams.open(request)
                try Self.check(stream.status)
                guard stream.headers.isOf(type: "text/event-stream") else { throw RevocationFeedProblem.noAnswer }
                try await self.read(stream)
            }
            group.addTask { try await self.expectWords() }
            defer { group.cancelAll() }
            try await group.next()
        }
        throw RevocationFeedProblem.unreachable
    }

    private func read(_ stream: TransportStream) async throws {
        var reader = EventStreamReader(limit: Self.largestEvent)
        for try await chunk in stream.chunks {
            let events: [EventStreamReader.Event]
            do { events = try reader.read(chunk) } catch { throw RevocationFeedProblem.tooLarge }
            for event in events {
                guard event.name != "resync" else { throw RevocationFeedProblem.tooFarBehind }
                guard event.name == "revocations" else { continue }
                guard let text = String(validating: event.data, as: UTF8.self) else {
                    throw RevocationFeedProblem.malformed
                }
                try await takeNext(text, by: .events)
            }
        }
    }

    /// - Returns: whether the answer had messages.
    private func poll(after position: RevocationPosition) async throws -> Bool {
        let wait = min(policy.bound.components.seconds, Self.longestWait)
        let url = "\(feed.messages)?feed=\(position.feed)&after=\(position.sequence)&wait=\(wait)"
        var request = TransportRequest(get: url, authorization: feed.authorization)
        request.maximumBodyBytes = Self.largestPoll
        let answer = try await transport.send(request)
        try Self.check(answer.status)
        guard let body = try? JSONObject(parsing: answer.body, limits: .document(maximumBytes: Self.largestPoll)),
            let messages = body.strings("messages")
        else { throw RevocationFeedProblem.malformed }
        for text in messages { try await takeNext(text, by: .polling) }
        return !messages.isEmpty
    }

    /// One that comes again, as after a connection that broke, is no reason to break another.
    private func takeNext(_ text: String, by connection: RevocationState.Connection) async throws {
        do throws(RevocationFeedProblem) {
            try await take(message: text)
            knowledge.withLock { $0.connection = connection }
        } catch {
            guard error == .repeated else { throw error }
            knowledge.withLock { known in
                known.refused &+= 1
                known.lastProblem = error
            }
        }
    }

    private static func check(_ status: Int) throws {
        switch status {
        case 200: return
        case 401, 403: throw RevocationFeedProblem.unauthorized
        case 410: throw RevocationFeedProblem.tooFarBehind
        default: throw RevocationFeedProblem.noAnswer
        }
    }

    /// Throws when nothing was accepted for as long as the bound, whatever else came.
    private func expectWords() async throws {
        let start = clock.uptime()
        while true {
            try await clock.sleep(policy.bound / 4)
            let last = max(start, knowledge.withLock { $0.lastAccepted } ?? start)
            guard clock.uptime() - last <= policy.bound else { throw RevocationFeedProblem.silent }
        }
    }

    private func forget() async {
        while (try? await clock.sleep(.seconds(60))) != nil { await prune() }
    }

    /// Reports when what is known becomes stale, when it is current again, and when something was refused meanwhile.
    private func watch() async {
        var last: (isCurrent: Bool, refused: Int)?
        repeat {
            let state = state
            guard last.map({ $0 != (state.isCurrent, state.refused) }) ?? true else { continue }
            last = (state.isCurrent, state.refused)
            report(state)
        } while (try? await clock.sleep(.seconds(1))) != nil
    }

    /// Between nothing and all of it, so that not all readers come back at once.
    private func jittered(_ pause: Duration) -> Duration {
        let number = random.bytes(2).reduce(0) { $0 << 8 | Int($1) }
        return pause * number / 65_536
    }
}
