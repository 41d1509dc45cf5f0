import ResourceServer

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
                + "refused, and a JWT that was revoked passes until it expires."),
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
            .gatewayListenAddress, .text,
            "The IP address at which the gateway itself passes requests on to the servers behind. Unset: it only answers "
                + "other proxies."),
        Setting(
            .gatewayListenPort, .integer(1...65_535, unit: "a port"), default: .integer(8447), "The port for that."),
        Setting(
            .gatewayListenTLS, .flag, default: .flag(true),
            "Whether it speaks TLS and HTTP/2 there, with tls.certificate; without only on loopback, behind a proxy that "
                + "does."),
        Setting(
            .gatewayUpstreamConnections, .integer(1...65_536, unit: "connections"), default: .integer(1_024),
            "Connections to one server behind; further requests wait for one."),
        Setting(
            .gatewayRateLimitCallers, .integer(1...1_000_000, unit: "callers"), default: .integer(100_000),
            "Callers that rate limits tell apart; those beyond share a bucket."),
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
            "For how long, and never beyond their own end; revocations are asked about on each request."),
        Setting(
            .gatewayRevocations, .flag, default: .flag(true),
            "Whether the gateway follows what the issuer revokes, with the id and the secret above. Off, a JWT that was "
                + "revoked passes until it expires."),
        Setting(
            .gatewayStaleMode, .choice(StaleMode.allCases.map(\.rawValue)), default: .text("refuse"),
            "What happens to tokens while nothing recent is known of revocations: all are refused with 503, the issuer "
                + "is asked about each, or they count as long as they say."),
        Setting(
            .gatewayStaleAfter, .integer(5...3600, unit: "seconds"), default: .integer(15),
            "How old the issuer's last word about revocations may be. It says one each revocation.heartbeat."),
    ]
}
