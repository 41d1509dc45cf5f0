import FoundationEssentials
import Glibc
import tessera

extension Mutation {
    private static let routes = "routes:\n  - path: /\n    scope: read\n    sign-in: true\n"
    private static let plain = "routes:\n  - path: /\n    scope: read\n"

    /// A sound gateway at which browsers sign in, with other lines below `sign-in`.
    private static func yaml(_ lines: String) -> String {
        "gateway:\n  enabled: true\n  resource: https://api.example.com/a\n  routes: routes.yaml\n"
            + (lines.isEmpty ? "" : "  sign-in:\n" + lines) + "proxy:\n  trusted: [127.0.0.1]\n"
    }
    private static let credentials = "    client-id: gateway\n    client-secret-file: secret\n"

    private static func signingIn(
        _ name: String, _ codes: ConfigurationProblem.Code..., lines: String, routes text: String = routes,
        secret: String = "tsc_x\n", mode: mode_t = 0o600
    ) -> Mutation {
        Mutation(name, all: Set(codes), yaml: yaml(lines)) {
            try $0.write(text, to: "routes.yaml")
            try $0.write(secret, to: "secret", mode: mode)
        }
    }

    static let gatewaySignIn: [Mutation] = [
        signingIn("browsers that sign in", lines: credentials),
        signingIn("a sign-in without a client", .gatewayIncomplete, lines: ""),
        signingIn("a client without sign-in", .contradiction, lines: credentials, routes: plain),
        signingIn(
            "a bound of no sign-ins", .contradiction, lines: "    sessions: 5\n", routes: plain),
        signingIn("a client that proves nothing", .gatewayIncomplete, lines: "    client-id: gateway\n"),
        signingIn(
            "a client with two proofs", .gatewayIncomplete, lines: credentials + "    client-key-file: secret\n"),
        signingIn("a client without a secret", .gatewayIncomplete, lines: credentials, secret: "\n"),
        signingIn("a client's secret that others may read", .gatewaySecretExposed, lines: credentials, mode: 0o644),
        signingIn(
            "a client's key that is none", .gatewayIncomplete,
            lines: "    client-id: gateway\n    client-key-file: secret\n"),
        signingIn("origins in two spellings", .notAllowed, lines: credentials + "    origins: [https://a.example/]\n"),
        signingIn(
            "two origins of one host", .notAllowed,
            lines: credentials + "    origins: [https://a.example, 'https://a.example:8443']\n"),
        signingIn("a plain origin", .notAllowed, lines: credentials + "    origins: [http://a.example]\n"),
        signingIn("a plain origin on loopback", lines: credentials + "    origins: ['http://127.0.0.1:8080']\n"),
        signingIn("no OpenID", .notAllowed, lines: credentials + "    scope: read\n"),
        signingIn("a scope that is none, for sessions", .notAllowed, lines: credentials + "    scope: 'openid \"'\n"),
        signingIn(
            "idle longer than alive", .contradiction,
            lines: credentials + "    session-idle: 600\n    session-lifetime: 300\n"),
        signingIn("endless sessions", .outOfRange, lines: credentials + "    session-lifetime: 99999999\n"),
        signingIn("endless sign-ins", .outOfRange, lines: credentials + "    pending-lifetime: 1801\n"),
        signingIn(
            "requests without a bound", .outOfRange, lines: credentials + "    requests-per-address: 1000000000\n"),
        signingIn("no requests", .outOfRange, lines: credentials + "    requests-per-address: 0\n"),
        signingIn(
            "a bound of requests of nobody", .contradiction, lines: "    requests-per-address: 50\n", routes: plain),
        signingIn(
            "pages of others that open WebSockets where another proxy asks", lines: credentials,
            routes: routes + "    websocket-origins: [https://app.example.com]\n"),
        signingIn("sessions without a bound", .outOfRange, lines: credentials + "    sessions: 1000000000\n"),
        signingIn("no sessions", .outOfRange, lines: credentials + "    sessions: 0\n"),
        signingIn(
            "a sign-in where everybody may come", .gatewayRoutesInvalid, lines: credentials,
            routes: "routes:\n  - path: /\n    access: public\n    sign-in: true\n"),
        signingIn(
            "a sign-in perhaps", .gatewayRoutesInvalid, lines: credentials,
            routes: "routes:\n  - path: /\n    sign-in: maybe\n"),
        signingIn(
            "a route in the gateway's own place", .gatewayRoutesInvalid, lines: credentials,
            routes: routes + "  - path: /%2Etessera/x\n"),
    ]
}
