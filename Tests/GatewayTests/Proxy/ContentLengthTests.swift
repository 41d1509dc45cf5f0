import Gateway
import ServerHTTP
import TestSupport
import Testing

/// What the server behind gets of requests whose content is not as long as they say; HTTP/2 can say such a thing.
@Suite(.timeLimit(.minutes(5))) struct `Content over HTTP2` {
    struct Sending: Sendable, CustomTestStringConvertible {
        let length: String?
        let pieces: [String]
        let ends: Bool
        /// The content of the request that arrives, if one does.
        let arrives: String?
        var testDescription: String { "\(length ?? "none"), \(pieces), \(ends)" }
    }

    @Test(arguments: [
        Sending(length: "5", pieces: ["hello"], ends: true, arrives: "hello"),
        Sending(length: "5", pieces: ["he", "llo"], ends: true, arrives: "hello"),
        Sending(length: "5", pieces: ["hello", ""], ends: true, arrives: "hello"),
        Sending(length: nil, pieces: ["he", "llo"], ends: true, arrives: "hello"),
        Sending(length: nil, pieces: [""], ends: true, arrives: ""),
        Sending(length: "0", pieces: [""], ends: true, arrives: ""),
        Sending(length: "0", pieces: ["GET /open HTTP/1.1\r\nHost: a\r\n\r\n"], ends: true, arrives: nil),
        Sending(length: "0", pieces: ["x"], ends: false, arrives: nil),
        Sending(length: "0", pieces: [], ends: false, arrives: nil),
        Sending(length: "5", pieces: ["hello", "x"], ends: true, arrives: nil),
        Sending(length: "5", pieces: ["hello world"], ends: true, arrives: nil),
        Sending(length: "5", pieces: ["hell", "oGET /open HTTP/1.1\r\nHost: a\r\n\r\n"], ends: true, arrives: nil),
        Sending(length: "5", pieces: ["hello"], ends: false, arrives: nil),
        Sending(length: "5", pieces: ["hel"], ends: true, arrives: nil),
        Sending(length: "5", pieces: [""], ends: true, arrives: nil),
        Sending(length: nil, pieces: ["hello"], ends: false, arrives: nil),
    ])
    func `is a whole request behind the gateway only if it is as long as it says, and has ended`(
        sending: Sending
    ) async throws {
        let upstream = try await RecordingUpstream()
        let certificate = try HTTP2Certificate()
        let gateway = try await LiveGateway(upstream: upstream.port, certificates: certificate.certificates)
        do {
            let caller = try await HTTP2Caller(port: gateway.listener.port)
            let call = try await caller.post("/open/first", sending.length.map { [("content-length", $0)] } ?? [])
            for (index, piece) in sending.pieces.enumerated() {
                // What came so far has time to arrive behind the gateway, where it must not be a request already.
                try await Task.sleep(for: .milliseconds(200))
                await call.send(piece, ends: sending.ends && index == sending.pieces.count - 1)
            }
            if sending.arrives != nil {
                #expect(await call.status() == "200")
            } else if sending.ends {
                let status = await call.status()
                #expect(status == nil || status == "400")
            } else {
                try await Task.sleep(for: .milliseconds(200))
            }
        }
        let other = try await HTTP2Caller(port: gateway.listener.port)
        let good = try await other.post("/open/second", [("content-length", "2")])
        await good.send("ok", ends: true)
        #expect(await good.status() == "200")
        #expect(upstream.problems.isEmpty)
        let first = upstream.requests.filter { $0.target != "/open/second" }
        #expect(first.map(\.target) == (sending.arrives == nil ? [] : ["/open/first"]))
        #expect(first.map { String(decoding: $0.content, as: UTF8.self) } == (sending.arrives.map { [$0] } ?? []))
        try await gateway.stop()
        try await upstream.stop()
    }
}
