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

    static let gateway: [Mutation] = [
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
