import Gateway
import OAuth

/// Whether the gateway knows whom to believe, what to ask for, and where requests may go.
extension ConfigurationCheck {
    mutating func checkGateway() {
        checkGatewayIssuer()
        checkGatewayCredentials()
        checkGatewayRevocations()
        checkForwardAuth()
        checkExplainSocket()
        if IdentityHeaders(configuration) == nil {
            refuse(
                .gatewayHeadersInvalid, .gatewayHeaderSubject, "gateway.headers are not four different names",
                fix:
                    "Use names of letters, digits and hyphens that begin with X-, not X-Forwarded- or X-Original-."
            )
        }
        guard let path = configuration.text(.gatewayRoutes) else {
            refuse(
                .gatewayIncomplete, .gatewayRoutes, "it is not set, so everything is closed",
                fix: "Name the file with the routes: docs/guide/gateway.md.")
            return
        }
        let file = GatewayRoutesFile(path: path)
        for problem in file.problems { append(problem) }
        checkGatewayListener(file)
        checkGatewaySignIn(file, in: path)
    }

    private mutating func checkGatewayIssuer() {
        if configuration.isSet(.gatewayIssuer) || !configuration.isSet(.issuer) {
            let text = configuration.text(.gatewayIssuer) ?? ""
            if Issuer(text) == nil {
                refuse(
                    .issuerInvalid, .gatewayIssuer,
                    text.isEmpty ? "neither it nor issuer is set" : "\(text) is no issuer",
                    fix: "Use the https URL that the issuer calls itself, such as https://id.example.com.")
            }
        }
        if configuration.flag(.gatewayEnabled), let other = configuration.text(.gatewayIssuer),
            other != configuration.issuerText
        {
            refuse(
                .contradiction, .gatewayIssuer, "inside the server the gateway accepts the tokens of that server",
                fix: "Remove it, or run 'tessera gateway' by itself.")
        }
        guard let resource = configuration.text(.gatewayResource) else {
            refuse(
                .gatewayIncomplete, .gatewayResource, "it is not set, and no token can be meant for nothing",
                fix: "Name the identifier of the resource: 'tessera resource list'.")
            return
        }
        if (try? ResourceIndicator(resource)) == nil {
            refuse(
                .notAllowed, .gatewayResource, "\(resource) is no resource indicator",
                fix: "Use an absolute URI without a fragment, such as https://api.example.com.")
        }
    }

    private mutating func checkGatewayCredentials() {
        let path = configuration.text(.gatewayResourceSecretFile)
        if (configuration.text(.gatewayResourceID) != nil) != (path != nil) {
            refuse(
                .contradiction, .gatewayResourceID, "an id and a secret only make sense together",
                fix: "Set gateway.resource-id and gateway.resource-secret-file, or neither.")
        }
        guard let path else { return }
        checkGatewaySecret(.gatewayResourceSecretFile)
        if MasterKeySource.text(in: path)?.isEmpty ?? true {
            refuse(
                .gatewayIncomplete, .gatewayResourceSecretFile, "\(path) holds no secret",
                fix: "Write the secret into it, alone in one line: 'tessera resource secret add'.")
        }
    }

    /// Whether nobody else reads a file with a secret.
    mutating func checkGatewaySecret(_ key: SettingKey) {
        guard let path = configuration.text(key), let facts = FileFacts(path), facts.isReadableByOthers else { return }
        refuse(
            .gatewaySecretExposed, key, "others may read \(path) (mode \(facts.modeText))",
            fix: "Run 'chmod 600 \(path)', and rotate the secret: it may have been read.")
    }

    private mutating func checkGatewayRevocations() {
        guard configuration.flag(.gatewayRevocations) else { return }
        if configuration.isSet(.gatewayRevocations), configuration.text(.gatewayResourceID) == nil {
            refuse(
                .contradiction, .gatewayRevocations,
                "the issuer tells nobody what it revokes who does not say who asks",
                fix: "Set gateway.resource-id and gateway.resource-secret-file, or remove it.")
        }
        let heartbeat = configuration.integer(.revocationHeartbeat)
        if configuration.flag(.gatewayEnabled), heartbeat >= configuration.integer(.gatewayStaleAfter) {
            refuse(
                .contradiction, .gatewayStaleAfter,
                "the issuer speaks every \(heartbeat) s, so that its word would always be too old",
                fix: "Make it longer than revocation.heartbeat, by twice at least.")
        }
    }

    private mutating func checkExplainSocket() {
        guard let socket = configuration.text(.explainSocket) else { return }
        checkSocket(socket, .explainSocket)
        if configuration.flag(.gatewayEnabled) {
            refuse(
                .contradiction, .explainSocket, "inside the server the gateway's refusals are told at its own socket",
                fix: "Remove it; 'tessera explain' asks at administration.socket.")
        }
        if socket == configuration.text(.gatewayForwardAuthSocket) {
            refuse(
                .contradiction, .explainSocket, "proxies ask at this socket (gateway.forward-auth.socket)",
                fix: "Name another one.")
        }
    }

    private mutating func checkForwardAuth() {
        if configuration.list(.proxyTrusted).isEmpty, configuration.text(.gatewayListenAddress) == nil {
            refuse(
                .gatewayProxiesMissing, .proxyTrusted, "it is empty, so no proxy may ask",
                fix: "Name the addresses of the proxies, such as 127.0.0.1, or set gateway.listen.address.")
        }
        if let socket = configuration.text(.gatewayForwardAuthSocket) {
            checkSocket(socket, .gatewayForwardAuthSocket)
            if configuration.isSet(.gatewayForwardAuthAddress) || configuration.isSet(.gatewayForwardAuthPort) {
                refuse(
                    .contradiction, .gatewayForwardAuthSocket, "an address or a port is set besides",
                    fix: "Listen on a socket or on an address, not both.")
            }
            return
        }
        guard let address = checkAddress(.gatewayForwardAuthAddress), !address.isLoopback else { return }
        if configuration.text(.tlsCertificate) == nil || !configuration.flag(.listenTLS) {
            refuse(
                .listenerPlain, .gatewayForwardAuthAddress,
                "tokens would cross the network to \(address.text) in clear",
                fix: "Name tls.certificate and tls.private-key, or listen on 127.0.0.1 or a Unix socket.")
        }
    }
}
