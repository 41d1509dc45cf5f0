import OAuth

/// Whether what is said about addresses can be served safely.
extension ConfigurationCheck {
    /// `sun_path` of Linux holds 108 bytes with its end.
    static let maximumSocketPath = 107
    /// Stands for whoever connects through the Unix socket.
    static let unixPeer = "unix"

    mutating func checkIssuer() {
        let text = configuration.issuerText
        guard !text.isEmpty else {
            refuse(.issuerMissing, .issuer, "it is not set", fix: "Set it to the public https URL of this server.")
            return
        }
        guard Issuer(text) == nil else { return }
        if text.hasPrefix("http://"), Issuer("https" + text.dropFirst(4)) != nil {
            refuse(
                .issuerPlain, .issuer, "\(text) is plain http and not a loopback host",
                fix: "Use https://; tokens and secrets would cross the network in clear.")
        } else {
            refuse(
                .issuerInvalid, .issuer, "\(text) is no issuer identifier",
                fix: "Use an https URL in lower case without trailing slash, query, fragment or user, "
                    + "such as https://id.example.com.")
        }
    }

    mutating func checkListener() {
        let speaksTLS = configuration.flag(.listenTLS)
        if let socket = configuration.text(.listenSocket) {
            checkSocket(socket, .listenSocket)
            if configuration.isSet(.listenAddress) || configuration.isSet(.listenPort) {
                refuse(
                    .contradiction, .listenSocket, "listen.address or listen.port is set besides",
                    fix: "Listen on a socket or on an address, not both.")
            }
            if configuration.isSet(.listenTLS), speaksTLS {
                refuse(
                    .contradiction, .listenTLS, "listen.socket is set, and a Unix socket is served without TLS",
                    fix: "Remove listen.tls; the proxy before the socket speaks TLS.")
            }
            return
        }
        guard let address = checkAddress(.listenAddress) else { return }
        if !speaksTLS, !address.isLoopback {
            refuse(
                .listenerPlain, .listenAddress, "\(address.text) would be served without TLS",
                fix: "Set listen.tls to true, or listen on 127.0.0.1 behind a proxy that speaks TLS.")
        }
        if speaksTLS, !address.isLoopback, !configuration.isSet(.tlsCertificate) {
            refuse(
                .certificateMissing, .tlsCertificate, "it is not set, and \(address.text) is no loopback address",
                fix: "Name a certificate and its key; a development certificate is made for loopback only.")
        }
    }

    mutating func checkAdministration() {
        checkSocket(configuration.administrationSocket, .administrationSocket)
        let folder = FilePath.folder(of: configuration.administrationSocket)
        if let facts = FileFacts(folder), facts.isReadableByOthers {
            refuse(
                .administrationOpen, .administrationSocket, "others may enter \(folder) (mode \(facts.modeText))",
                fix: "Run 'chmod 700 \(folder)', or put the socket into a folder of its own.")
        }
        guard configuration.isSet(.administrationAddress) else {
            for key in [SettingKey.administrationPort, .administrationHosts] where configuration.isSet(key) {
                refuse(
                    .contradiction, key, "administration.address is not set, so it has no effect",
                    fix: "Set administration.address, or remove it.")
            }
            return
        }
        guard let address = checkAddress(.administrationAddress) else { return }
        if !address.isLoopback, !configuration.flag(.listenTLS) || !configuration.isSet(.tlsCertificate) {
            refuse(
                .administrationPlain, .administrationAddress, "\(address.text) would be served without a certificate",
                fix: "Set listen.tls, tls.certificate and tls.private-key, or use a loopback address.")
        }
        if configuration.text(.listenSocket) == nil, configuration.text(.listenAddress) == address.text,
            configuration.integer(.listenPort) == configuration.integer(.administrationPort)
        {
            refuse(
                .contradiction, .administrationPort, "the public listener has the same address and port",
                fix: "Give administration a port of its own.")
        }
    }

    mutating func checkProxies() {
        checkBlocks(
            .proxyTrusted, everybody: .proxyEveryone,
            fix: "Name the proxies; anyone could choose the address that is logged and throttled.")
        checkBlocks(
            .outboundAllowed, everybody: .outboundEveryone,
            fix: "Name the few that are needed; a client could make the server reach into your network.")
        checkAuthorities(.outboundAuthorities)
    }

    mutating func checkAuthorities(_ key: SettingKey) {
        guard let path = configuration.text(key), CertificateFinding.expiry(of: path) == nil else { return }
        refuse(
            .authoritiesBroken, key, "\(path) has no certificate in PEM",
            fix: "Name a file with certificates, or remove the setting.")
    }

    private mutating func checkBlocks(_ key: SettingKey, everybody: ConfigurationProblem.Code, fix remedy: String) {
        for text in configuration.list(key) {
            if key == .proxyTrusted, text == Self.unixPeer { continue }
            guard let block = NetworkAddress.block(text) else {
                refuse(
                    .blockInvalid, key, "\(text) is no IP address and no CIDR block",
                    fix: "Write addresses such as 10.0.0.5, or blocks such as 10.0.0.0/24.")
                continue
            }
            if block.prefix == 0 { refuse(everybody, key, "\(text) is everybody", fix: remedy) }
        }
    }

    mutating func checkAddress(_ key: SettingKey) -> NetworkAddress? {
        guard let text = configuration.text(key) else { return nil }
        guard let address = NetworkAddress(text) else {
            refuse(
                .addressInvalid, key, "\(text) is no IP address",
                fix: "Write an address such as 127.0.0.1 or ::, or localhost; host names are not looked up.")
            return nil
        }
        return address
    }

    mutating func checkSocket(_ path: String, _ key: SettingKey) {
        guard path.utf8.count > Self.maximumSocketPath else { return }
        refuse(
            .socketPathTooLong, key, "\(path) is longer than \(Self.maximumSocketPath) bytes",
            fix: "Use a shorter path, such as /run/tessera/tessera.sock.")
    }
}
