import Gateway
import NIOCore
import NIOPosix
import ServerHTTP
import TestSupport
import Testing

/// Servers behind that end an answer by closing, as HTTP/1.0 did and simple programs do (RFC 9112 §6.3).
@Suite(.timeLimit(.minutes(5))) struct `A server behind that closes after its answer` {
    private static let long = String(repeating: "a", count: 300_000)

    @Test(arguments: ["HTTP/1.0 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"], [7, 300_000])
    func `has its answer passed on whole, whatever it was sent`(head: String, size: Int) async throws {
        let upstream = try await RecordingUpstream(closes: true) { _ in head + Self.long.prefix(size) + "$" }
        let gateway = try await LiveGateway(upstream: upstream.port)
        let start = "POST /open HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
        for content in [5, 70_000] {
            let body = String(repeating: "b", count: content)
            // Whether the answer outruns the end of the request is a matter of chance: once in two is usual.
            for _ in 0..<20 {
                let answer = try await gateway.exchange("\(start)Content-Length: \(content)\r\n\r\n\(body)")
                #expect(answer.hasPrefix("HTTP/1.1 200 ") && answer.contains("a$"), "\(answer.prefix(200))")
                #expect(answer.utf8.count >= size)
            }
        }
        let chunked = "\(start)Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
        for _ in 0..<10 { #expect(try await gateway.exchange(chunked).contains("a$")) }
        let get = "GET /open HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
        for _ in 0..<10 { #expect(try await gateway.exchange(get).contains("a$")) }
        #expect(upstream.requests.count == 60 && upstream.problems.isEmpty)
        #expect(upstream.requests.map(\.content.count).filter { $0 == 70_000 }.count == 20)
        try await gateway.stop()
        try await upstream.stop()
    }

    /// Such a server need not know the method, or wants no content; many small programs read none.
    @Test(arguments: ["HTTP/1.0 200 OK\r\n\r\n", "HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n"])
    func `may answer at the head already, and is not taken for broken`(head: String) async throws {
        let upstream = try await HastyUpstream(answer: head + "answer$")
        let gateway = try await LiveGateway(upstream: upstream.port)
        for _ in 0..<20 {
            let answer = try await gateway.exchange(
                "POST /open HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello")
            #expect(answer.contains("answer$"), "\(answer)")
        }
        try await gateway.stop()
        try await upstream.stop()
    }

    /// The content comes in pieces with a pause before the last one, and is too long to be held back.
    @Test func `gets content that comes slowly as it comes, and its answer is whole`() async throws {
        let upstream = try await RecordingUpstream(closes: true) { _ in "HTTP/1.0 200 OK\r\n\r\nanswer$" }
        let gateway = try await LiveGateway(upstream: upstream.port)
        let client = try await gateway.connect()
        let rest = String(repeating: "later", count: 19_999)
        try await client.send(
            "PUT /open HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 100000\r\n\r\nfirst")
        try await client.wait {
            upstream.records.contains { String(decoding: $0.bytes, as: UTF8.self).hasSuffix("first") }
        }
        try await client.send(rest)
        #expect(try await client.readToEnd().contains("answer$"))
        #expect(upstream.requests.map { String(decoding: $0.content, as: UTF8.self) } == ["first" + rest])
        try await gateway.stop()
        try await upstream.stop()
    }
}

/// Answers whatever comes first, and closes with the last of the content: what is unread at a close would reset the
/// connection, and then it is a matter of chance what arrives.
private final class HastyUpstream: Sendable {
    private let channel: any Channel

    init(answer: String) async throws {
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Answerer(answer))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
    }

    var port: Int { channel.localAddress?.port ?? 0 }

    func stop() async throws { try await channel.close() }

    private final class Answerer: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer
        private var answer: String?
        private var bytes: [UInt8] = []

        init(_ answer: String) { self.answer = answer }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            bytes += Self.unwrapInboundIn(data).readableBytesView
            if let answer {
                self.answer = nil
                context.writeAndFlush(Self.wrapOutboundOut(ByteBuffer(string: answer)), promise: nil)
            }
            if bytes.suffix(5) == Array("hello".utf8) { context.close(promise: nil) }
        }
    }
}
