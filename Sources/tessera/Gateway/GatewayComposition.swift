import AuthorizationServer
import Glibc
import JOSE
import Logging
import NIOPosix
import OAuth
import OAuthTransport
import ServerHTTP
import ServiceLifecycle
import UnixSignals

/// Puts a gateway together that runs alone, runs it, and takes it apart in order.
struct GatewayComposition {
    let configuration: Configuration
    let environment: [String: String]
    let now: @Sendable () -> NumericDate

    func run() async throws {
        umask(0o077)
        signal(SIGHUP, SIG_IGN)
        ProcessLimits.refuseCoreDumps()
        let logger = ServerComposition.logger(configuration, now)
        logger.info("starting", metadata: ["version": "\(Version.text)", "config": "\(configuration.file ?? "none")"])
        let transport = try transport()
        var failure: (any Error)?
        do { try await serve(transport, logger) } catch { failure = error }
        try? await transport.shutdown()
        if let failure { throw explained(failure) }
        logger.notice("stopped")
    }

    private func serve(_ transport: AsyncHTTPTransport, _ logger: Logger) async throws {
        let requestLog = configuration.flag(.logRequests) ? RequestLog(fileDescriptor: STDOUT_FILENO) : nil
        let shared = ServerEnvironment(
            now: now, requestIDs: RequestIDs(prefix: SecretGenerator.system.identifier()), requestLog: requestLog,
            metrics: MetricsRegistry(), readiness: Readiness {}, logger: logger,
            eventLoops: MultiThreadedEventLoopGroup.singleton)
        let socket = configuration.text(.explainSocket)
        let ready = ReadyNotice(
            listeners: GatewayListeners.count(configuration) + (socket == nil ? 0 : 1), issuer: "gateway",
            socket: environment["NOTIFY_SOCKET"], logger: logger)
        let certificates = try certificates()
        let journal = DecisionJournal(ExplainPolicy(configuration), secrets: .system)
        let limits = HTTPLimits(configuration, with: logger)
        let listeners = try GatewayListeners(
            configuration: configuration, shared: shared, limits: limits, decisions: GatewayDecisions(journal),
            showsMetrics: true
        ).prepared(transport, certificates, ready)
        var services: [any Service] = [DecisionUpkeep(journal: journal, now: now)]
        if let socket { services.append(try explaining(journal, at: socket, limits, shared, ready)) }
        if let requestLog { services.append(RequestLogService(log: requestLog)) }
        if let certificates { services.append(TLSReloader(certificates, logger: logger, now: now)) }
        services += listeners
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: services.map {
                    .init(
                        service: $0, successTerminationBehavior: .gracefullyShutdownGroup,
                        failureTerminationBehavior: .gracefullyShutdownGroup)
                },
                gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
        var failure: (any Error)?
        do { try await group.run() } catch { failure = error }
        await requestLog?.flush()
        if let failure { throw failure }
    }

    /// Asks the issuer that the configuration names; no request is steered by anybody else.
    private func transport() throws -> AsyncHTTPTransport {
        let authorities = configuration.text(.outboundAuthorities)
        do {
            return try AsyncHTTPTransport(
                authority: authorities,
                // Longer than the issuer ever is silent (`revocation.heartbeat`).
                idleLimit: .seconds(90),
                // The feed, and as many questions about tokens as are asked at one time.
                connections: 40, agent: "tessera/\(Version.text)")
        } catch {
            let file = authorities ?? "outbound.authorities"
            throw CommandFailure(.failure, "certificate_unusable", "\(file) holds more than certificates in PEM")
        }
    }

    /// Where the operator of this machine asks why something was refused.
    private func explaining(
        _ journal: DecisionJournal, at socket: String, _ limits: HTTPLimits, _ shared: ServerEnvironment,
        _ ready: ReadyNotice
    ) throws -> HTTPListener {
        try StaleSocket.remove(socket)
        let listening = HTTPServerConfiguration(
            name: "explain", address: .unix(path: socket), isSecure: false, limits: limits)
        let routes = DecisionRoutes(journal: journal, ownUserID: FileFacts.ownUser).table
        return HTTPListener(listening, shared, routes: routes) { ready.listening("explain", $0.description) }
    }

    private func certificates() throws -> TLSCertificates? {
        guard let certificate = configuration.text(.tlsCertificate), let key = configuration.text(.tlsPrivateKey) else {
            return nil
        }
        do {
            return try TLSCertificates(TLSFiles(certificate: certificate, privateKey: key), at: now())
        } catch let error as TLSCertificateError {
            throw CommandFailure(.failure, "certificate_unusable", error.description)
        }
    }

    private func explained(_ error: any Error) -> any Error {
        guard String(describing: error).contains("errno: \(EADDRINUSE)") else { return error }
        return ConfigurationFailure(
            problems: [
                ConfigurationProblem(
                    .addressInUse, .gatewayForwardAuthPort,
                    "another program listens there"
                        + (configuration.text(.gatewayListenAddress) == nil ? "" : " or at gateway.listen.port"),
                    fix: "Stop it ('ss -ltnp' names it), or choose another port.")
            ])
    }
}
