import HummingbirdCore
import Logging
import NIOCore
import ServiceLifecycle
import UnixSignals

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// One listening socket with its routes, as a service: it runs until the program stops it, and then drains.
package struct HTTPListener: Service {
    private let configuration: HTTPServerConfiguration
    private let environment: ServerEnvironment
    private let connections: ConnectionTable
    private let dispatcher: Dispatcher
    private let onListening: @Sendable (ListenAddress) async -> Void

    /// - Parameter onRefusal: told of requests that no route saw.
    /// - Parameter decisions: how refusals of requests are known.
    /// - Parameter onListening: told the address once connections are accepted, with the port that was chosen.
    package init(
        _ configuration: HTTPServerConfiguration, _ environment: ServerEnvironment, routes: RouteTable,
        onRefusal: @escaping Dispatcher.RefusalReport = { _, _, _, _, _ in },
        decisions: @escaping Dispatcher.DecisionNames = { _ in nil },
        onListening: @escaping @Sendable (ListenAddress) async -> Void
    ) {
        self.configuration = configuration
        self.environment = environment
        self.onListening = onListening
        let connections = ConnectionTable(limits: configuration.limits)
        self.connections = connections
        dispatcher = Dispatcher(
            name: configuration.name, limits: configuration.limits, secure: configuration.isSecure, routes: routes,
            hosts: configuration.hosts, proxies: configuration.proxies, ids: environment.requestIDs,
            log: environment.requestLog, metrics: environment.metrics, now: environment.now,
            onRefusal: onRefusal, decisions: decisions)
        let name = configuration.name
        environment.metrics.add("tessera_http_connections", "Open connections.") {
            [([("listener", name)], Double(connections.count))]
        }
        let dispatcher = dispatcher
        environment.metrics.add("tessera_http_streams", "Streamed answers and tunnels under way.") {
            [([("listener", name)], Double(dispatcher.streams))]
        }
        environment.metrics.add(
            "tessera_http_connections_refused_total", "Connections beyond the limits.", kind: .counter
        ) { [([("listener", name)], Double(connections.refused))] }
    }

    package func run() async throws {
        let address = configuration.address
        let server = Server(
            childChannelSetup: ServerConnection(
                dispatcher: dispatcher, connections: connections, proxies: configuration.proxies,
                certificates: configuration.certificates, executors: LoopTaskExecutors()),
            configuration: ServerConfiguration(address: address.bindAddress, backlog: configuration.backlog),
            onServerRunning: { channel in await announce(channel) },
            eventLoopGroup: environment.eventLoops, logger: environment.logger)
        // Detached, so that the lifecycle's signal does not reach the accept loop before readiness has turned.
        let running = Task.detached { try await server.run() }
        try await withTaskCancellationHandler {
            try await withGracefulShutdownHandler {
                try await running.value
            } onGracefulShutdown: {
                Task.detached { await drain(server, running) }
            }
        } onCancel: {
            environment.readiness.drain()
            connections.closeAll()
            Task.detached { try? await server.shutdownGracefully() }
        }
        if case .unix(let path, _) = address { unlink(path) }
        environment.logger.info("listener stopped", metadata: ["listener": "\(configuration.name)"])
    }

    /// First not ready, then no new connections, then no connections at all.
    private func drain(_ server: Server<ServerConnection>, _ running: Task<Void, any Error>) async {
        environment.readiness.drain()
        if configuration.limits.drainDelay > .zero { try? await Task.sleep(for: configuration.limits.drainDelay) }
        let deadline = Task.detached {
            try await Task.sleep(for: configuration.limits.drain)
            environment.logger.warning(
                "requests cut off after the drain time", metadata: ["connections": "\(connections.count)"])
            connections.closeAll()
        }
        let impatience = Task.detached { await closeAtOnceOnSignal() }
        try? await server.shutdownGracefully()
        _ = try? await running.value
        deadline.cancel()
        impatience.cancel()
    }

    /// Whoever asks a second time does not want to wait for the requests in flight.
    private func closeAtOnceOnSignal() async {
        for await _ in await UnixSignalsSequence(trapping: .sigterm, .sigint) {
            environment.logger.warning("asked again to stop; requests in flight are cut off")
            return connections.closeAll()
        }
    }

    private func announce(_ channel: any Channel) async {
        var bound = configuration.address
        switch bound {
        case .tcp(let host, let port): bound = .tcp(host: host, port: channel.localAddress?.port ?? port)
        case .unix(let path, let mode): chmod(path, mode)
        }
        environment.logger.info(
            "listening", metadata: ["listener": "\(configuration.name)", "address": "\(bound)"])
        await onListening(bound)
    }
}

extension ListenAddress {
    fileprivate var bindAddress: BindAddress {
        switch self {
        case .tcp(let host, let port): .hostname(host, port: port)
        case .unix(let path, _): .unixDomainSocket(path: path)
        }
    }
}
