import Gateway
import OAuth

/// Whether people's browsers can sign in at the gateway, if some route says that they may.
extension ConfigurationCheck {
    private static let ownKeys: [SettingKey] = [
        .gatewaySignInClientSecretFile, .gatewaySignInClientKeyFile, .gatewaySignInIDTokenAlgorithm,
        .gatewaySignInOrigins, .gatewaySignInScope, .gatewaySignInSessions, .gatewaySignInSessionsPerPerson,
        .gatewaySignInSessionIdle, .gatewaySignInSessionLifetime, .gatewaySignInPending,
        .gatewaySignInPendingPerAddress, .gatewaySignInPendingLifetime, .gatewaySignInRequestsPerAddress,
    ]

    /// - Parameters:
    ///   - file: the routes; none if something is wrong with them.
    ///   - path: where the file is.
    mutating func checkGatewaySignIn(_ file: GatewayRoutesFile, in path: String) {
        guard let id = configuration.text(.gatewaySignInClientID) else {
            if let line = file.signInLine {
                append(
                    ConfigurationProblem(
                        .gatewayIncomplete, "\(path):\(line)", "sign-in needs gateway.sign-in.client-id",
                        fix: "Register a client for the gateway (docs/guide/gateway.md), or remove sign-in."))
            }
            for key in Self.ownKeys where configuration.isSet(key) {
                refuse(
                    .contradiction, key, "gateway.sign-in.client-id is not set, so it has no effect",
                    fix: "Set gateway.sign-in.client-id, or remove it.")
            }
            return
        }
        if ClientID(id) == nil {
            refuse(
                .notAllowed, .gatewaySignInClientID, "\(id) is no client id", fix: "Use the id that the issuer gave.")
        }
        if file.problems.isEmpty, file.signInLine == nil {
            refuse(
                .contradiction, .gatewaySignInClientID, "no route has 'sign-in: true', so it has no effect",
                fix: "Add it to the routes that are pages, or remove it.")
        }
        checkSignInCredentials()
        checkSignInOrigins()
        checkSignInScope()
        if configuration.integer(.gatewaySignInSessionIdle) > configuration.integer(.gatewaySignInSessionLifetime) {
            refuse(
                .contradiction, .gatewaySignInSessionIdle, "no session lasts that long",
                fix: "Make it shorter than gateway.sign-in.session-lifetime.")
        }
    }

    private mutating func checkSignInCredentials() {
        let keys = [SettingKey.gatewaySignInClientSecretFile, .gatewaySignInClientKeyFile]
        guard keys.filter({ configuration.text($0) != nil }).count == 1 else {
            refuse(
                .gatewayIncomplete, .gatewaySignInClientSecretFile, "the client needs either a secret or a key",
                fix: "Set gateway.sign-in.client-secret-file or gateway.sign-in.client-key-file, and not both.")
            return
        }
        for key in keys { checkGatewaySecret(key) }
        if GatewaySignInSettings.authentication(configuration) == nil {
            let key = keys.first { configuration.text($0) != nil } ?? .gatewaySignInClientSecretFile
            refuse(
                .gatewayIncomplete, key, "\(configuration.text(key) ?? "it") holds no such thing",
                fix: "Write the secret into it, alone in one line, or the private key as one JSON Web Key.")
        }
    }

    private mutating func checkSignInOrigins() {
        guard !configuration.list(.gatewaySignInOrigins).isEmpty else {
            if GatewaySignInSettings.origins(configuration).isEmpty {
                refuse(
                    .gatewayIncomplete, .gatewaySignInOrigins,
                    "it is not set, and gateway.resource has no https origin",
                    fix: "Name the address of the site, such as https://www.example.com.")
            }
            return
        }
        let origins = GatewaySignInSettings.origins(configuration)
        let count = configuration.list(.gatewaySignInOrigins).count
        guard origins.count == count, count <= GatewaySignInSettings.maximumOrigins else {
            refuse(
                .notAllowed, .gatewaySignInOrigins,
                "these are not at most \(GatewaySignInSettings.maximumOrigins) origins of different hosts",
                fix: "Write https, host and port as browsers do, in lower case, with nothing behind; http on loopback "
                    + "only.")
            return
        }
    }

    private mutating func checkSignInScope() {
        guard let text = configuration.text(.gatewaySignInScope) else { return }
        guard let scope = try? Scope(text), scope.contains("openid") else {
            refuse(
                .notAllowed, .gatewaySignInScope, "\(text) are no scope tokens with openid among them",
                fix: "Write 'openid offline_access' and what the routes ask for.")
            return
        }
    }
}
