import Authenticators
import AuthorizationServer
import Glibc
import JOSE
import Logging
import NIOPosix
import OAuth
import Risk
import ServerHTTP
import ServiceLifecycle
import StorageSQLite
import UnixSignals

/// Puts the server together from a checked configuration, runs it, and takes it apart in order.
struct ServerComposition {
    let configuration: Configuration
    let environment: [String: String]
    let now: @Sendable () -> NumericDate

    func run() async throws {
        umask(0o077)
        // Means "read the certificate again"; without a certificate it must not mean "end".
        signal(SIGHUP, SIG_IGN)
        ProcessLimits.refuseCoreDumps()
        let logger = Self.logger(configuration, now)
        logger.info("starting", metadata: ["version": "\(Version.text)", "config": "\(configuration.file ?? "none")"])
        let installation = try await OpenInstallation.open(configuration, at: now())
        do {
            try await serve(installation, logger)
            await installation.store.close()
            logger.notice("stopped")
        } catch {
            await installation.store.close()
            throw Self.explained(error, configuration)
        }
    }

    private func serve(_ installation: OpenInstallation, _ logger: Logger) async throws {
        let secrets = SecretGenerator.system
        let passwords = PasswordHasher(PasswordHasherSettings(configuration), secrets: secrets)
        defer { passwords.stop() }
        let mail = SMTPSettings(configuration).map { SMTPTransport($0, now: now) }
        let provider = try await openProvider(
            installation, passwords: passwords,
            outbound: Outbound(
                mail: mail.map { ReportedMailTransport(transport: $0, logger: logger) },
                logout: makeFetcher(requestsPerMinute: Self.logoutsPerMinute)))
        let readiness = Readiness { try await installation.store.checkHealth() }
        let requestLog = configuration.flag(.logRequests) ? RequestLog(fileDescriptor: STDOUT_FILENO) : nil
        let shared = ServerEnvironment(
            now: now, requestIDs: RequestIDs(prefix: secrets.identifier()), requestLog: requestLog,
            metrics: MetricsRegistry(), readiness: readiness, logger: logger,
            eventLoops: MultiThreadedEventLoopGroup.singleton)
        shared.metrics.add(passwords)
        let outbox = OutboxFigures()
        outbox.add(to: shared.metrics)
        shared.metrics.addAlarms(of: provider)
        shared.metrics.addFeed(of: provider)
        let operations = ServerOperations(
            installation: installation, metrics: shared.metrics, readiness: readiness, logger: logger)
        let listeners = try ServerListeners(
            configuration: configuration, environment: environment, shared: shared, now: now()
        ).prepared(for: provider, operations.operations)
        let upkeep = UpkeepService(provider: provider, logger: logger, now: now)
        let delivery = DeliveryService(provider: provider, mail: mail, waiting: outbox, logger: logger, now: now)
        // Services end in reverse order: first no more requests, then no more deliveries and upkeep, and the log last.
        var services: [any Service] = []
        if let requestLog { services.append(RequestLogService(log: requestLog)) }
        services.append(upkeep)
        services.append(delivery)
        services.append(RevocationFeedService(provider: provider, now: now))
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
        await upkeep.finish()
        await requestLog?.flush()
        if let failure { throw failure }
    }

    /// To one host; many sessions may end at once.
    private static let logoutsPerMinute = 600

    /// Documents and logout tokens have one each, so that neither uses up what the other may ask of a host.
    private func makeFetcher(requestsPerMinute: Int = 30) -> GuardedFetcher {
        GuardedFetcher(
            eventLoops: MultiThreadedEventLoopGroup.singleton,
            allowed: configuration.list(.outboundAllowed).compactMap { AddressRange($0) },
            authorityFile: configuration.text(.outboundAuthorities), requestsPerMinute: requestsPerMinute)
    }

    private func openProvider(
        _ installation: OpenInstallation, passwords: PasswordHasher, outbound: Outbound
    ) async throws -> OpenIDProvider {
        guard let issuer = Issuer(configuration.issuerText) else {
            throw CommandFailure(.failure, "issuer_invalid", "the issuer is not usable")
        }
        do {
            return try await OpenIDProvider.open(
                issuer: issuer, policy: ServerPolicy(configuration), store: installation.store,
                sealer: installation.sealer, secrets: .system, fetcher: makeFetcher(),
                passwords: passwords, outbound: outbound, at: now())
        } catch OpenIDProvider.OpeningError.issuerDiffers(let stored) {
            throw ConfigurationFailure(
                problems: [
                    ConfigurationProblem(
                        .issuerChanged, .issuer, "this database belongs to the issuer \(stored)",
                        fix: "Set the issuer back; another issuer needs a data folder of its own.")
                ])
        }
    }

    static func logger(_ configuration: Configuration, _ now: @escaping @Sendable () -> NumericDate) -> Logger {
        let level = configuration.text(.logLevel).flatMap { Logger.Level(rawValue: $0) } ?? .info
        return Logger(label: "tessera") { label in JSONLogHandler(label: label, level: level, now: now) }
    }

    /// The one failure of the operating system that an operator meets often.
    private static func explained(_ error: any Error, _ configuration: Configuration) -> any Error {
        if error is CommandFailure || error is ConfigurationFailure { return error }
        guard String(describing: error).contains("errno: \(EADDRINUSE)") else { return error }
        let place =
            configuration.text(.listenSocket)
            ?? "\(configuration.text(.listenAddress) ?? ""):\(configuration.integer(.listenPort))"
        return ConfigurationFailure(
            problems: [
                ConfigurationProblem(
                    .addressInUse, .listenPort, "another program listens on \(place) or on the administration port",
                    fix: "Stop it ('ss -ltnp' names it), or choose another port.")
            ])
    }
}
