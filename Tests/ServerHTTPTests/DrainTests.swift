import ServerHTTP
import Synchronization
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10))) struct DrainTests {
    /// Lets a test decide when answers are finished.
    private final class Gate: Sendable {
        private let isOpen = Atomic<Bool>(false)
        private let waiting = Atomic<Int>(0)
        var count: Int { waiting.load(ordering: .acquiring) }
        func open() { isOpen.store(true, ordering: .releasing) }
        func pass() async {
            waiting.add(1, ordering: .acquiringAndReleasing)
            while !isOpen.load(ordering: .acquiring), !Task.isCancelled { try? await Task.sleep(for: .milliseconds(5)) }
        }
    }

    @Test func `finishes requests in flight, closes idle connections and lets no new ones in`() async throws {
        let gate = Gate()
        let server = try await LiveServer.handlerServer(
            configure: { $0.limits.drain = .seconds(300) },
            handler: { _, _ in
                await gate.pass()
                return .json(Array("done".utf8))
            })
        let idle = try await server.connect()
        let busy = try await server.connect()
        try await busy.send("GET /admin HTTP/1.1\r\nHost: a\r\n\r\n")
        try await busy.wait { gate.count == 1 }
        await server.stop()
        #expect(try await idle.readToEnd().isEmpty)
        #expect(await server.environment.readiness.state() == .draining)
        #expect(!busy.isClosed)
        await #expect(throws: (any Error).self) { try await server.connect() }
        gate.open()
        let answer = RawAnswer(try await busy.readToEnd())
        #expect(answer.status == 200)
        #expect(answer.header("connection") == "close")
        #expect(answer.body == "done")
        try await server.stopped()
    }

    @Test func `cuts off what does not finish in time`() async throws {
        let gate = Gate()
        let server = try await LiveServer.handlerServer(
            configure: {
                $0.limits.drain = .milliseconds(200)
                // Whatever waits for this answer gets one in the end, and is found out.
                $0.limits.requestDeadline = .seconds(60)
            },
            handler: { _, _ in
                await gate.pass()
                return .json([])
            })
        let busy = try await server.connect()
        try await busy.send("GET /admin HTTP/1.1\r\nHost: a\r\n\r\n")
        try await busy.wait { gate.count == 1 }
        try await server.shutDown()
        #expect(try await busy.readToEnd().isEmpty)
    }

    @Test func `says not ready for a while before it stops to listen`() async throws {
        let server = try await LiveServer.publicServer { $0.limits.drainDelay = .seconds(300) }
        await server.stop()
        // The lifecycle tells the listener in its own time.
        try await eventually { await server.environment.readiness.state() == .draining }
        let answer = try await server.exchange(RequestText.get("/health/ready"))
        #expect(answer.status == 503)
        #expect(answer.body == #"{"status":"draining"}"#)
        await server.cancel()
        await #expect(throws: (any Error).self) { try await server.connect() }
        let quick = try await LiveServer.publicServer { $0.limits.drainDelay = .milliseconds(20) }
        try await quick.shutDown()
        await #expect(throws: (any Error).self) { try await quick.connect() }
    }
}
