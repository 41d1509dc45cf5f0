import FoundationEssentials
import tessera

extension Mutation {
    private static let routes = "routes:\n  - path: /\n    scope: read\n"
    private static let sound =
        "gateway:\n  enabled: true\n  resource: https://api.example.com\n  routes: routes.yaml\nproxy:\n  trusted: [127.0.0.1]\n"

    /// A sound gateway with other routes.
    private static func routes(_ text: String) -> @Sendable (TestInstallation) throws -> Void {
        { try $0.write(text, to: "routes.yaml") }
    }

    private static func bad(_ name: String, _ lines: String) -> Mutation {
        Mutation(name, .gatewayRoutesInvalid, yaml: sound, damage: routes("routes:\n  - path: /\n" + lines))
    }

    /// A gateway that passes requests on itself.
    private static func listening(_ lines: String) -> String {
        sound.replacing("  routes:", with: "  listen:\n    address: 127.0.0.1\n" + lines + "  routes:")
    }
    private static let passing = "routes:\n  - path: /\n    upstream: http://127.0.0.1:3000\n"

    private static func badForwarding(_ name: String, _ lines: String) -> Mutation {
        bad(name, "    upstream: http://127.0.0.1:3000\n" + lines)
    }

    static let gateway: [Mutation] = [
        Mutation("a reverse proxy", yaml: listening(""), damage: routes(passing)),
        Mutation(
            "a reverse proxy that no other proxy asks",
            yaml: listening("").replacing("proxy:\n  trusted: [127.0.0.1]\n", with: ""), damage: routes(passing)),
        Mutation(
            "a reverse proxy without TLS on loopback", yaml: listening("    tls: false\n"), damage: routes(passing)),
        Mutation(
            "a reverse proxy without TLS across a network", .listenerPlain,
            yaml: listening("    tls: false\n").replacing("address: 127.0.0.1", with: "address: 0.0.0.0"),
            damage: routes(passing)),
        Mutation(
            "a reverse proxy across a network without a certificate", .certificateMissing,
            yaml: listening("").replacing("address: 127.0.0.1", with: "address: 0.0.0.0"), damage: routes(passing)),
        Mutation(
            "a reverse proxy at a name", .addressInvalid,
            yaml: listening("").replacing("address: 127.0.0.1", with: "address: www.example.com"),
            damage: routes(passing)),
        Mutation("a reverse proxy before nothing", .gatewayIncomplete, yaml: listening(""), damage: routes(routes)),
        Mutation(
            "a reverse proxy before itself", .contradiction, yaml: listening("    port: 3000\n"),
            damage: routes(passing)),
        Mutation(
            "a reverse proxy where proxies ask", .contradiction, yaml: listening("    port: 8446\n"),
            damage: routes(passing)),
        Mutation(
            "a port of no reverse proxy", .contradiction,
            yaml: sound.replacing("  routes:", with: "  listen:\n    port: 1\n  routes:"), damage: routes(routes)),
        badForwarding("a timeout of nothing", "    timeout: 0\n"),
        badForwarding("an endless timeout", "    timeout: 3601\n"),
        badForwarding("a body limit with a unit", "    body-limit: 1 MiB\n"),
        badForwarding("a body limit below nothing", "    body-limit: -1\n"),
        badForwarding("a token that is passed on perhaps", "    pass-authorization: maybe\n"),
        badForwarding("unknown forwarding fields", "    forwarded-headers: x-real-ip\n"),
        badForwarding("a rate without a window", "    rate-limit: 100 per token\n"),
        badForwarding("a rate of nobody", "    rate-limit: 100/60s per address\n"),
        badForwarding("no rates", "    rate-limit: []\n"),
        badForwarding("one rate that is none", "    rate-limit: [100/60s per token, 0/1s per client]\n"),
        badForwarding("an origin with a path", "    websocket-origins: [https://a.example/]\n"),
        badForwarding("an origin without a scheme", "    websocket-origins: [a.example]\n"),
        badForwarding("an origin that is a mapping", "    websocket-origins: [{a: b}]\n"),
        badForwarding("every origin", "    websocket-origins: ['*']\n"),
        bad("a timeout without an upstream", "    timeout: 5\n"),
        bad("pages that open WebSockets without an upstream", "    websocket-origins: [https://app.example.com]\n"),
        Mutation("a gateway", yaml: sound, damage: routes(routes)),
        Mutation("a gateway that is off", yaml: "gateway:\n  resource: nothing\n"),
        Mutation("a gateway without routes", .gatewayRoutesInvalid, yaml: sound),
        Mutation(
            "a gateway of nothing", .gatewayIncomplete, .gatewayProxiesMissing, yaml: "gateway:\n  enabled: true\n"),
        Mutation(
            "a resource that is none", .notAllowed,
            yaml: sound.replacing("https://api.example.com", with: "api"), damage: routes(routes)),
        Mutation(
            "an id without a secret", .contradiction,
            yaml: sound.replacing("  routes:", with: "  resource-id: api\n  routes:"), damage: routes(routes)),
        Mutation(
            "a secret that is not there", .gatewayIncomplete,
            yaml: sound.replacing("  routes:", with: "  resource-id: api\n  resource-secret-file: x\n  routes:"),
            damage: routes(routes)),
        Mutation(
            "a secret that others may read", .gatewaySecretExposed,
            yaml: sound.replacing("  routes:", with: "  resource-id: api\n  resource-secret-file: x\n  routes:")
        ) {
            try $0.write(routes, to: "routes.yaml")
            try $0.write("tsc_x\n", to: "x", mode: 0o644)
        },
        Mutation(
            "revocations for nobody", .contradiction,
            yaml: sound.replacing("  routes:", with: "  revocations: true\n  routes:"), damage: routes(routes)),
        Mutation(
            "revocations that are not followed",
            yaml: sound.replacing("  routes:", with: "  revocations: false\n  routes:"),
            damage: routes(routes)),
        Mutation(
            "a word that is always too old", .contradiction,
            yaml: sound.replacing("  routes:", with: "  stale-after: 30\n  routes:") + "revocation:\n  heartbeat: 30\n",
            damage: routes(routes)),
        Mutation(
            "an unknown mode", .notAllowed,
            yaml: sound.replacing("  routes:", with: "  stale-mode: hope\n  routes:"), damage: routes(routes)),
        Mutation(
            "an end that nobody notices for a day", .outOfRange,
            yaml: sound.replacing("  routes:", with: "  stale-after: 86400\n  routes:"), damage: routes(routes)),
        Mutation(
            "another issuer inside the server", .contradiction,
            yaml: sound.replacing("  routes:", with: "  issuer: https://other.example.com\n  routes:"),
            damage: routes(routes)),
        Mutation(
            "forward-auth in clear across a network", .listenerPlain,
            yaml: sound.replacing("  routes:", with: "  forward-auth:\n    address: 0.0.0.0\n  routes:"),
            damage: routes(routes)),
        Mutation(
            "one header for two things", .gatewayHeadersInvalid,
            yaml: sound.replacing("  routes:", with: "  headers:\n    subject: X-Tessera-Client\n  routes:"),
            damage: routes(routes)),
        Mutation("routes that others may write", .gatewayRoutesInvalid, yaml: sound) {
            try $0.write(routes, to: "routes.yaml", mode: 0o666)
        },
        Mutation("routes that are no YAML", .fileMalformed, yaml: sound, damage: routes("routes: [\n")),
        Mutation("a key twice", .duplicateKey, yaml: sound, damage: routes("routes:\n  - path: /\n    path: /a\n")),
        Mutation("routes that are no list", .gatewayRoutesInvalid, yaml: sound, damage: routes("routes: 1\n")),
        Mutation(
            "an unknown key beside the routes", .gatewayRoutesInvalid, yaml: sound,
            damage: routes(routes + "route: 1\n")),
        Mutation(
            "a route without a path", .gatewayRoutesInvalid, yaml: sound, damage: routes("routes:\n  - scope: a\n")),
        Mutation(
            "a path of two meanings", .gatewayRoutesInvalid, yaml: sound, damage: routes("routes:\n  - path: /a/../b\n")
        ),
        Mutation(
            "two routes for one path", .gatewayRoutesInvalid, yaml: sound,
            damage: routes("routes:\n  - path: /a\n  - path: /a/\n    methods: [GET]\n")),
        bad("a misspelt key", "    scopes: read\n"),
        bad("an unknown method", "    methods: [FETCH]\n"),
        bad("no methods", "    methods: []\n"),
        bad("an unknown kind of match", "    match: regex\n"),
        bad("a host with a path", "    host: a.example/x\n"),
        bad("an upstream with a path", "    upstream: http://127.0.0.1/x\n"),
        bad("a prefix stripped for nobody", "    strip-prefix: true\n"),
        bad("a scope where everybody may come", "    access: public\n    scope: read\n"),
        bad("an unknown access", "    access: anybody\n"),
        bad("a scope that is none", "    scope: 'a\"b'\n"),
        bad("an age that is none", "    max-age: -1\n"),
        bad("classes that are none", "    acr: []\n"),
    ]
}
