import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP2
import NIOPosix
import NIOSSL
import Risk
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Sets up each accepted connection: admission, the peer's identity, TLS, and the protocol.
struct ServerConnection: ServerChildChannel {
    /// An open connection, as the accept loop holds it.
    struct Value: ServerChildChannelValue {
        let channel: any Channel
    }

    let dispatcher: Dispatcher
    let connections: ConnectionTable
    let proxies: TrustedProxies
    let certificates: TLSCertificates?
    let executors: LoopTaskExecutors

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        let made = connection(on: channel)
        // The accept loop forgets a connection that could not be set up; its socket has to be closed here.
        made.whenFailure { _ in channel.close(promise: nil) }
        return made
    }

    private func connection(on channel: any Channel) -> EventLoopFuture<Value> {
        let address = channel.remoteAddress.flatMap(IPAddress.init)
        guard address == nil else {
            return channel.eventLoop.makeCompletedFuture {
                try install(channel, peer: Peer(address: address?.description ?? "unix"))
            }
        }
        return unixPeer(of: channel).flatMapThrowing { peer in try install(channel, peer: peer) }
    }

    func handle(value: Value, logger: Logger) async { try? await value.channel.closeFuture.get() }

    /// Whom the kernel names at the other end of a Unix socket; nobody can claim another's id there.
    private func unixPeer(of channel: any Channel) -> EventLoopFuture<Peer> {
        guard let options = channel as? any SocketOptionProvider else {
            return channel.eventLoop.makeSucceededFuture(Peer(address: "unix"))
        }
        let credentials: EventLoopFuture<PeerCredentials> = options.unsafeGetSocketOption(
            level: .socket, name: NIOBSDSocket.Option(rawValue: SO_PEERCRED))
        return credentials.map { Peer(address: "unix", userID: $0.userID) }
    }

    private func install(_ channel: any Channel, peer: Peer) throws -> Value {
        let isExempt = peer.address == "unix" || proxies.contains(peer)
        guard connections.admit(channel, from: peer.address, isExempt: isExempt) else {
            if !connections.isClosed { dispatcher.turnedAway(peer) }
            throw ConnectionRefused()
        }
        let pipeline = channel.pipeline.syncOperations
        let executor = executors.executor(for: channel.eventLoop)
        guard let certificates else {
            try pipeline.addHandler(HTTP1Connection(dispatcher: dispatcher, peer: peer, executor: executor))
            return Value(channel: channel)
        }
        try pipeline.addHandler(NIOSSLServerHandler(context: certificates.context))
        let negotiation = ProtocolNegotiation(timeLimit: TimeAmount(dispatcher.limits.headerDeadline)) {
            isHTTP2, pipeline in
            if isHTTP2 {
                try installHTTP2(pipeline, eventLoop: channel.eventLoop, peer: peer, executor: executor)
            } else {
                try pipeline.addHandler(HTTP1Connection(dispatcher: dispatcher, peer: peer, executor: executor))
            }
        }
        try pipeline.addHandler(negotiation)
        return Value(channel: channel)
    }

    private func installHTTP2(
        _ pipeline: ChannelPipeline.SynchronousOperations, eventLoop: any EventLoop, peer: Peer,
        executor: LoopTaskExecutor
    ) throws {
        let limits = dispatcher.limits
        var connection = NIOHTTP2Handler.ConnectionConfiguration()
        connection.initialSettings = [
            HTTP2Setting(parameter: .maxConcurrentStreams, value: limits.concurrentStreams),
            HTTP2Setting(parameter: .maxHeaderListSize, value: limits.headerBytes),
        ]
        // A request needs one data frame; hundreds of control frames are somebody's attack.
        connection.maximumBufferedControlFrames = 1_000
        var stream = NIOHTTP2Handler.StreamConfiguration()
        stream.streamResetFrameRateLimit.maximumCount = limits.streamResets
        let management = NIOHTTP2ServerConnectionManagementHandler(
            eventLoop: eventLoop,
            configuration: .init(
                maxIdleTime: TimeAmount(limits.idle), maxAge: nil, maxGraceTime: TimeAmount(limits.drain),
                keepalive: nil))
        let budget = BodyBudget(limits: limits)
        _ = try pipeline.configureHTTP2Pipeline(
            mode: .server, connectionConfiguration: connection, streamConfiguration: stream,
            streamDelegate: management.http2StreamDelegate
        ) { channel in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandler(
                    HTTP2Stream(dispatcher: dispatcher, peer: peer, executor: executor, budget: budget))
            }
        }
        try pipeline.addHandler(management)
        try pipeline.addHandler(ConnectionErrorHandler())
        // Its clock starts when the channel becomes active, which was before the handshake.
        management.channelActive(context: try pipeline.context(handler: management))
    }
}

/// A connection beyond what the listener may hold; closing it is the whole answer.
struct ConnectionRefused: Error {}

/// What `SO_PEERCRED` answers: the layout of `struct ucred` (socket(7) and unix(7) of Linux).
private struct PeerCredentials: Sendable {
    let processID: Int32
    let userID: UInt32
    let groupID: UInt32
}
