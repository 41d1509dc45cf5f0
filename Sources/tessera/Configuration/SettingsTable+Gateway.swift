/// The settings of the gateway, as a process of its own and inside the server.
extension SettingsTable {
    static let gateway: [Setting] = [
        Setting(
            .gatewayEnabled, .flag, default: .flag(false),
            "Whether 'tessera serve' is a gateway as well; 'tessera gateway' is one in any case."),
        Setting(
            .gatewayRoutes, .path,
            "The YAML file with the routes: who may come where. Everything that none of them names is closed."),
        Setting(
            .gatewayIssuer, .text, defaultText: "the value of issuer",
            "The issuer whose tokens are accepted."),
        Setting(
            .gatewayResource, .text,
            "What stands in the aud of tokens that are meant for what lies behind this gateway, as the resource was "
                + "registered."),
        Setting(
            .gatewayResourceID, .text,
            "The id with which the gateway authenticates at the issuer as that resource; without it opaque tokens are "
                + "refused."),
        Setting(
            .gatewayResourceSecretFile, .path, "The file with the secret of that id, alone in one line, mode 0600."),
        Setting(
            .gatewayForwardAuthAddress, .text, default: .text("127.0.0.1"),
            "The IP address at which other proxies ask whether a request may pass; without TLS on loopback, with "
                + "tls.certificate elsewhere. Only those that proxy.trusted names are answered."),
        Setting(
            .gatewayForwardAuthPort, .integer(1...65_535, unit: "a port"), default: .integer(8446),
            "The port for that."),
        Setting(
            .gatewayForwardAuthSocket, .path, "A Unix socket for that instead of an address; unix in proxy.trusted."),
        Setting(
            .gatewayHeaderSubject, .text, default: .text("X-Tessera-Subject"),
            "The header field that tells the server behind who comes. What clients send in such fields goes."
        ),
        Setting(
            .gatewayHeaderClient, .text, default: .text("X-Tessera-Client"), "The field with the client of the token."),
        Setting(
            .gatewayHeaderScope, .text, default: .text("X-Tessera-Scope"), "The field with the scope of the token."),
        Setting(
            .gatewayHeaderRoles, .text, default: .text("X-Tessera-Roles"),
            "The field with the roles in the token, separated by commas."),
        Setting(
            .gatewayCachedTokens, .integer(0...1_000_000, unit: "tokens"), default: .integer(10_000),
            "Tokens whose signature need not be checked again."),
        Setting(
            .gatewayCacheLifetime, .integer(0...300, unit: "seconds"), default: .integer(60),
            "For how long, and never beyond their own end."),
    ]
}
