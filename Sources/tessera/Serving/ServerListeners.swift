import AuthorizationServer
import Glibc
import JOSE
import Logging
import OAuth
import Risk
import ServerHTTP
import ServiceLifecycle

/// The listeners that a configuration asks for, and what they need on disk.
struct ServerListeners {
    let configuration: Configuration
    let environment: [String: String]
    let shared: ServerEnvironment
    let now: NumericDate

    /// In the order in which they start: administration first, the world last.
    func prepared(
        for provider: OpenIDProvider, _ operations: AdministrationOperations
    ) throws -> [any Service] {
        let limits = HTTPLimits(configuration, with: shared.logger)
        let certificates = try certificates()
        let overTCP = configuration.text(.administrationAddress)
        let ready = ReadyNotice(
            listeners: (overTCP == nil ? 2 : 3) + (isGateway ? GatewayListeners.count(configuration) : 0),
            issuer: provider.issuer.rawValue,
            socket: environment["NOTIFY_SOCKET"], logger: shared.logger)
        let administration = Administration(provider: provider)
        let api = AdministrationAPI(
            administration: administration, operations: operations, startedAt: now,
            ownUserID: FileFacts.ownUser, hosts: administrationHosts)

        var services: [any Service] = []
        if let certificates {
            services.append(TLSReloader(certificates, logger: shared.logger, now: shared.now))
            shared.metrics.add("tessera_certificate_expiry_timestamp_seconds", "When the certificate in use ends.") {
                Double(certificates.expires.secondsSince1970)
            }
        }
        try prepareSocket(configuration.administrationSocket)
        services.append(
            administrationListener(
                HTTPServerConfiguration(
                    name: "socket", address: .unix(path: configuration.administrationSocket), isSecure: false,
                    limits: limits), api, ready))
        if let overTCP {
            let address = ListenAddress.tcp(
                host: Self.bindable(overTCP), port: configuration.integer(.administrationPort))
            services.append(
                administrationListener(
                    HTTPServerConfiguration(
                        name: "administration", address: address, certificates: certificates,
                        isSecure: certificates != nil, limits: limits), api, ready))
        }
        services.append(try publicListener(provider, certificates, limits, ready))
        if isGateway {
            services += try GatewayListeners(
                configuration: configuration, shared: shared, limits: limits,
                decisions: GatewayDecisions(provider.decisions)
            ).prepared(OwnIssuer(provider, shared), certificates, ready)
        }
        return services
    }

    private var isGateway: Bool { configuration.flag(.gatewayEnabled) }

    private func publicListener(
        _ provider: OpenIDProvider, _ certificates: TLSCertificates?, _ limits: HTTPLimits, _ ready: ReadyNotice
    ) throws -> HTTPListener {
        let socket = configuration.text(.listenSocket)
        // A proxy of another user reaches the socket through its group.
        if let socket { try StaleSocket.remove(socket) }
        let address =
            socket.map { ListenAddress.unix(path: $0, mode: 0o660) }
            ?? .tcp(
                host: Self.bindable(configuration.text(.listenAddress) ?? ""),
                port: configuration.integer(.listenPort))
        let trusted = configuration.list(.proxyTrusted)
        let proxies = TrustedProxies(
            ranges: trusted.compactMap { AddressRange($0) },
            unix: trusted.contains(ConfigurationCheck.unixPeer))
        let listening = HTTPServerConfiguration(
            name: "public", address: address, certificates: socket == nil ? certificates : nil,
            isSecure: provider.issuer.rawValue.hasPrefix("https://"), limits: limits, proxies: proxies)
        return HTTPListener.public(provider, listening, shared, pages: try pages(of: provider)) {
            ready.listening("public", $0.description)
        }
    }

    private func pages(of provider: OpenIDProvider) throws -> PageRenderer {
        var pages = try PageRenderer(
            issuer: provider.issuer, branding: try Branding(configuration),
            language: provider.policy.people.defaultLanguage)
        if !provider.policy.apiKeys.isForPeople { pages.hidden = [.keys] }
        return pages
    }

    private func administrationListener(
        _ listening: HTTPServerConfiguration, _ api: AdministrationAPI, _ ready: ReadyNotice
    ) -> HTTPListener {
        HTTPListener.administration(
            listening, shared,
            handler: AuditedHandler(api.administration.provider) { request, moment in
                await api.respond(to: request, at: moment)
            },
            onListening: { ready.listening(listening.name, $0.description) })
    }

    private func certificates() throws -> TLSCertificates? {
        guard configuration.flag(.listenTLS) else { return nil }
        do {
            if let certificate = configuration.text(.tlsCertificate),
                let privateKey = configuration.text(.tlsPrivateKey)
            {
                return try TLSCertificates(TLSFiles(certificate: certificate, privateKey: privateKey), at: now)
            }
            guard configuration.text(.listenSocket) == nil else { return nil }
            let made = try DevelopmentCertificate.files(in: configuration.developmentTLSFolder, at: now)
            shared.logger.warning(
                "a development certificate is in use; clients must trust its authority",
                metadata: ["authority": "\(made.authority)"])
            return try TLSCertificates(made.files, at: now)
        } catch let error as TLSCertificateError {
            throw CommandFailure(.failure, "certificate_unusable", error.description)
        }
    }

    private func prepareSocket(_ path: String) throws {
        try OwnerFolder.make(FilePath.folder(of: path))
        try StaleSocket.remove(path)
    }

    /// The values of `Host` that the administration API over TCP answers to.
    private var administrationHosts: Set<String> {
        guard let address = configuration.text(.administrationAddress) else { return [] }
        let port = configuration.integer(.administrationPort)
        var names = configuration.list(.administrationHosts)
        names.append(address.contains(":") ? "[\(address)]" : address)
        if NetworkAddress(address)?.isLoopback == true { names.append("localhost") }
        return Set(names.flatMap { port == 443 ? [$0, "\($0):\(port)"] : ["\($0):\(port)"] })
    }

    private static func bindable(_ address: String) -> String { address == "localhost" ? "127.0.0.1" : address }
}
