import Gateway
import JOSE
import Logging
import NIOCore
import NIOPosix
import OAuth
import ResourceServer
import ServerHTTP
import ServiceLifecycle
import Synchronization
import Testing

/// A listener on a loopback port, for as long as a test runs.
final class LiveListener: Sendable {
    let port: Int
    private let services: ServiceGroup
    private let running: Task<Void, any Error>

    init(
        _ name: String, certificates: TLSCertificates? = nil,
        now: @escaping @Sendable () -> NumericDate = { CraftedGateway.now },
        configure: (inout HTTPLimits) -> Void = { _ in }, routes: RouteTable
    ) async throws {
        var limits = HTTPLimits()
        // No test reaches these because the machine is busy.
        limits.headerDeadline = .seconds(120)
        limits.bodyDeadline = .seconds(300)
        limits.requestDeadline = .seconds(300)
        limits.writeDeadline = .seconds(300)
        limits.drain = .milliseconds(300)
        configure(&limits)
        let logger = Logger(label: name) { _ in SwiftLogNoOpLogHandler() }
        let environment = ServerEnvironment(
            now: now, requestIDs: RequestIDs(prefix: "abcdef"), requestLog: nil, metrics: MetricsRegistry(),
            readiness: Readiness {}, logger: logger, eventLoops: MultiThreadedEventLoopGroup.singleton)
        let (ports, found) = AsyncStream.makeStream(of: Int.self)
        let listener = HTTPListener(
            HTTPServerConfiguration(
                name: name, address: .tcp(host: "127.0.0.1", port: 0), certificates: certificates,
                isSecure: certificates != nil, limits: limits),
            environment, routes: routes
        ) { address in
            if case .tcp(_, let port) = address { found.yield(port) }
        }
        services = ServiceGroup(services: [listener], gracefulShutdownSignals: [], logger: logger)
        running = Task { [services] in try await services.run() }
        port = try #require(await ports.first { _ in true })
    }

    func stop() async throws {
        await services.triggerGracefulShutdown()
        try await running.value
    }
}

/// A gateway before an upstream, with a clock that a test may move.
final class LiveGateway: Sendable {
    let crafted: CraftedGateway
    let listener: LiveListener
    let client: UpstreamClient
    private let clock: Clock

    private final class Clock: Sendable {
        private let seconds = Atomic<Int64>(CraftedGateway.now.secondsSince1970)
        var now: NumericDate { NumericDate(secondsSince1970: seconds.load(ordering: .acquiring)) }
        func move(_ by: Int64) { seconds.add(by, ordering: .acquiringAndReleasing) }
    }

    /// The routes of ``CraftedGateway/routes()``, each to one upstream.
    init(
        upstream port: Int, revocations: (any RevocationSource)? = nil, introspection: IntrospectionClient? = nil,
        told: ToldDecisions? = nil, capacity: Int = 100_000, certificates: TLSCertificates? = nil,
        configure: (inout HTTPLimits) -> Void = { _ in },
        policy: (inout ForwardingPolicy) -> Void = { _ in }
    ) async throws {
        let upstream = try #require(Upstream("http://127.0.0.1:\(port)"))
        let routes = try CraftedGateway.routes().map { route in
            var route = route
            route.upstream = upstream
            // Nor these.
            route.forwarding.timeout = .seconds(300)
            policy(&route.forwarding)
            return route
        }
        crafted = try CraftedGateway(routes, revocations: revocations, introspection: introspection)
        client = UpstreamClient(
            eventLoops: MultiThreadedEventLoopGroup.singleton, connectTimeout: .seconds(120), idle: .seconds(300))
        let clock = Clock()
        self.clock = clock
        let proxy = ReverseProxy(
            judge: crafted.endpoint.judge, client: client, metadata: crafted.endpoint.metadata,
            isSecure: certificates != nil,
            limiter: RateLimiter(capacity: capacity), report: told?.report, now: { clock.now })
        listener = try await LiveListener(
            "gateway", certificates: certificates, now: { clock.now }, configure: configure, routes: proxy.routes())
    }

    func pass(seconds: Int64) { clock.move(seconds) }

    func connect() async throws -> RawClient { try await RawClient(port: listener.port) }

    /// Sends bytes on a connection of their own and returns all that comes until the gateway closes.
    func exchange(_ text: String) async throws -> String {
        let client = try await connect()
        try await client.send(text)
        return try await client.readToEnd()
    }

    func stop() async throws {
        try await listener.stop()
        await client.shutDown()
    }
}

/// A client that sends exactly the bytes it is told to.
final class RawClient: Sendable {
    private let channel: any Channel
    private let received = Received()

    init(port: Int) async throws {
        let received = received
        channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(.seconds(120))
            .channelOption(ChannelOptions.allowRemoteHalfClosure, value: true)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Collector(received))
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
    }

    deinit { channel.close(promise: nil) }

    func send(_ text: String) async throws { try await send(Array(text.utf8)) }
    func send(_ bytes: [UInt8]) async throws { try? await channel.writeAndFlush(ByteBuffer(bytes: bytes)) }
    func close() async throws { try? await channel.close() }

    var bytes: [UInt8] { received.state.withLock { $0.bytes } }
    var text: String { String(decoding: bytes, as: UTF8.self) }
    var isClosed: Bool { received.state.withLock { $0.isClosed } }

    func wait(for text: String) async throws { try await wait { self.text.contains(text) } }

    func readToEnd() async throws -> String {
        try await wait { self.isClosed }
        try await close()
        return text
    }

    func wait(until condition: () -> Bool) async throws {
        let deadline = NIODeadline.now() + .seconds(120)
        while !condition() {
            guard NIODeadline.now() < deadline else { throw TooLate(received: text) }
            try await Task.sleep(for: .milliseconds(2))
        }
    }

    struct TooLate: Error { let received: String }

    private final class Received: Sendable {
        let state = Mutex<(bytes: [UInt8], isClosed: Bool)>(([], false))
    }

    private final class Collector: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let received: Received
        init(_ received: Received) { self.received = received }
        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let buffer = Self.unwrapInboundIn(data)
            received.state.withLock { $0.bytes.append(contentsOf: buffer.readableBytesView) }
        }
        func channelInactive(context: ChannelHandlerContext) { received.state.withLock { $0.isClosed = true } }
        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            if let event = event as? ChannelEvent, event == .inputClosed {
                received.state.withLock { $0.isClosed = true }
            }
        }
        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }
}

extension LiveListener {
    /// An upstream whose answer is announced with its length and comes in pieces, each well within any interval.
    static func trickling() async throws -> LiveListener {
        try await LiveListener(
            "upstream",
            routes: RouteTable(
                [:],
                fallback: Route(
                    "upstream",
                    any: { _, _, _ in
                        ServerResponse(
                            status: 200,
                            stream: ResponseStream(length: 1_200) { writer in
                                for _ in 0..<1_200 {
                                    try await writer.write(ByteBuffer(string: "+"))
                                    try await Task.sleep(for: .milliseconds(100))
                                }
                            })
                    })))
    }
}
