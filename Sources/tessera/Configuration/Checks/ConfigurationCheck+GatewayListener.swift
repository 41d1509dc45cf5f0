import Gateway

/// Whether the gateway can pass requests on safely, and to somebody.
extension ConfigurationCheck {
    /// - Parameter file: the routes; none if something is wrong with them.
    mutating func checkGatewayListener(_ file: GatewayRoutesFile) {
        guard configuration.isSet(.gatewayListenAddress) else {
            for key in [SettingKey.gatewayListenPort, .gatewayListenTLS] where configuration.isSet(key) {
                refuse(
                    .contradiction, key, "gateway.listen.address is not set, so it has no effect",
                    fix: "Set gateway.listen.address, or remove it.")
            }
            return
        }
        guard let address = checkAddress(.gatewayListenAddress) else { return }
        checkTLS(of: address)
        let port = configuration.integer(.gatewayListenPort)
        if configuration.text(.gatewayForwardAuthSocket) == nil,
            configuration.text(.gatewayForwardAuthAddress) == address.text,
            configuration.integer(.gatewayForwardAuthPort) == port
        {
            refuse(
                .contradiction, .gatewayListenPort, "gateway.forward-auth has the same address and port",
                fix: "Give them different ports.")
        }
        guard file.problems.isEmpty else { return }
        if file.routes.allSatisfy({ $0.upstream == nil }) {
            refuse(
                .gatewayIncomplete, .gatewayListenAddress, "no route has an upstream, so nothing can be passed on",
                fix: "Add upstream to the routes, or remove gateway.listen.address.")
        }
        let isSelf = file.routes.contains { route in
            route.upstream.map { $0.port == port && NetworkAddress($0.host)?.text == address.text } ?? false
        }
        if isSelf {
            refuse(
                .contradiction, .gatewayListenPort, "an upstream of the routes is the gateway itself",
                fix: "Name the server behind it.")
        }
    }

    private mutating func checkTLS(of address: NetworkAddress) {
        guard configuration.flag(.gatewayListenTLS) else {
            guard !address.isLoopback else { return }
            refuse(
                .listenerPlain, .gatewayListenAddress, "tokens would cross the network to \(address.text) in clear",
                fix: "Set gateway.listen.tls to true, or listen on 127.0.0.1 behind a proxy that speaks TLS.")
            return
        }
        // Inside the server the development certificate of loopback serves both.
        let isMade =
            configuration.flag(.gatewayEnabled) && configuration.text(.listenSocket) == nil && address.isLoopback
        if !configuration.flag(.listenTLS) || configuration.text(.tlsCertificate) == nil && !isMade {
            refuse(
                .certificateMissing, .gatewayListenTLS, "there is no certificate for \(address.text)",
                fix: "Name tls.certificate and tls.private-key with listen.tls, or set gateway.listen.tls to false on "
                    + "loopback.")
        }
    }
}
