import Gateway
import JOSE
import OAuth
import ResourceServer
import ServerHTTP
import Testing
import tessera

@Suite struct `The configuration` {
    @Test func `is good when nothing is wrong`() async throws {
        let installation = try TestInstallation()
        #expect(await installation.problems() == [])
    }

    @Test(
        arguments: Mutation.issuers + Mutation.files + Mutation.network + Mutation.data + Mutation.people
            + Mutation.gateway + Mutation.gatewaySignIn)
    func `names the problem of each bad installation`(_ mutation: Mutation) async throws {
        let installation = try TestInstallation()
        try installation.write(
            "issuer: \(TestInstallation.issuer)\n" + mutation.yaml, to: "tessera.yaml", mode: 0o644)
        try mutation.damage(installation)
        let problems = await installation.problems(environment: mutation.environment, flags: mutation.flags)
        #expect(Set(problems.map(\.code)) == mutation.expected, "\(problems.map(\.description))")
        #expect(problems.allSatisfy { !$0.remedy.isEmpty && !$0.message.isEmpty && !$0.subject.isEmpty })
    }

    @Test func `lists all problems at once`() async throws {
        let installation = try TestInstallation()
        try installation.write(
            "issuer: http://id.example.com\nisuer: x\nlisten:\n  port: 0\n  tls: false\n  address: 0.0.0.0\n",
            to: "tessera.yaml", mode: 0o644)
        try Mutation.mode(0o644, of: "data/master.key")(installation)
        let problems = await installation.problems(environment: ["TESSERA_NOTHING": "1"])
        let expected: Set<ConfigurationProblem.Code> = [
            .issuerPlain, .unknownKey, .outOfRange, .listenerPlain, .masterKeyExposed, .unknownVariable,
        ]
        #expect(Set(problems.map(\.code)) == expected)
    }

    @Test func `suggests what was meant and names the line`() async throws {
        let installation = try TestInstallation()
        try installation.write(
            "issuer: https://id.example.com\nlisten:\n  adress: 127.0.0.1\n", to: "tessera.yaml", mode: 0o644)
        let problem = try #require(await installation.problems().first)
        #expect(problem.subject == "listen.adress")
        #expect(problem.message.hasPrefix("line 3 of "))
        #expect(problem.remedy == "Did you mean listen.address?")
    }

    @Test func `names the line of a route that is wrong`() async throws {
        let installation = try TestInstallation()
        try installation.write("routes:\n  - path: /\n    scopes: read\n  - path: /a//b\n", to: "routes.yaml")
        let problems = GatewayRoutesFile(path: installation.path("routes.yaml")).problems
        #expect(problems.map(\.subject) == [3, 4].map { installation.path("routes.yaml:\($0)") })
        #expect(problems.first?.remedy == "Did you mean scope?")
    }

    @Test func `reads all that a route can say`() async throws {
        let installation = try TestInstallation()
        let text = """
            routes:
              - path: /api
                host: API.example.com
                methods: [GET, POST]
                scope: read write
                acr: ["2", "3"]
                max-age: 600
                upstream: http://127.0.0.1:3000
                strip-prefix: true
                timeout: 5
                body-limit: 1024
                pass-authorization: true
                forwarded-headers: forwarded
                rate-limit: [100/60s per token, 9/1s per client]
                websocket-origins: [https://a.example, "http://b.example:8080"]
              - path: /
                match: exact
                access: public
                rate-limit: 5/10s per client
            """
        try installation.write(text, to: "routes.yaml")
        let file = GatewayRoutesFile(path: installation.path("routes.yaml"))
        #expect(file.problems == [])
        let (first, second) = (try #require(file.routes.first), try #require(file.routes.last))
        #expect(first.name == "api.example.com/api/*" && first.methods == [.get, .head, .post] && first.stripsPrefix)
        #expect(first.upstream?.description == "http://127.0.0.1:3000")
        var policy = ForwardingPolicy()
        policy.timeout = .seconds(5)
        policy.bodyBytes = 1_024
        policy.passesAuthorization = true
        policy.origin = .forwarded
        policy.limits = ["100/60s per token", "9/1s per client"].compactMap { RateLimit($0) }
        policy.webSocketOrigins = ["https://a.example", "http://b.example:8080"]
        #expect(first.forwarding == policy && policy.limits.count == 2)
        let rule = AccessRule(
            scope: try Scope("read write"), contextClasses: ["2", "3"], maxAge: .seconds(600))
        #expect(first.access == .rule(rule) && second.access == .everybody && second.isExact && second.name == "*/")
        // Where another program forwards the requests, they are counted all the same.
        #expect(second.upstream == nil && second.forwarding.limits == [RateLimit("5/10s per client")].compactMap { $0 })
    }

    @Test func `never shows a secret`() async throws {
        let secret = "tsm_this-is-not-a-key-but-must-not-be-shown"
        let installation = try TestInstallation()
        let environment = ["TESSERA_MASTER_KEY": secret]
        let (configuration, _) = await installation.load(environment: environment)
        let problems = await installation.problems(environment: environment)
        #expect(!ConfigurationText.table(configuration).contains(secret))
        #expect(!ConfigurationText.json(configuration).jsonText.contains(secret))
        #expect(!ConfigurationFailure(problems: problems).text.contains(secret))
        #expect(!problems.isEmpty)
    }

    @Test func `prefers options to the environment and the environment to the file`() async throws {
        let installation = try TestInstallation()
        try installation.write(
            "issuer: https://id.example.com\nlisten:\n  port: 1001\nlimits:\n  body-bytes: 2001\nlog:\n  level: debug\n",
            to: "tessera.yaml", mode: 0o644)
        let (configuration, problems) = await installation.load(
            environment: ["TESSERA_LISTEN_PORT": "1002", "TESSERA_LIMITS_BODY_BYTES": "2002"],
            flags: ["--listen-port", "1003"])
        #expect(problems == [])
        #expect(configuration.integer(.listenPort) == 1003)
        #expect(configuration.integer(.limitsBodyBytes) == 2002)
        #expect(configuration.text(.logLevel) == "debug")
        #expect(configuration.integer(.limitsHeaderBytes) == 16_384)
    }

    @Test func `starts relative paths at the folder of the file`() async throws {
        let installation = try TestInstallation()
        try installation.write("issuer: https://id.example.com\ndata: ./kept\n", to: "tessera.yaml", mode: 0o644)
        let (configuration, _) = await installation.load()
        #expect(configuration.dataFolder == installation.path("kept"))
        #expect(configuration.masterKeyPath == installation.path("kept/master.key"))
        #expect(configuration.administrationSocket == installation.path("kept/admin/tessera.sock"))
    }

    @Test func `takes the master key from a systemd credential`() async throws {
        let installation = try TestInstallation()
        try Mutation.removal(of: "data/master.key")(installation)
        try installation.write(
            "tsm_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8\n", to: "tessera-master-key", mode: 0o440)
        #expect(await installation.problems().map(\.code) == [.masterKeyMissing])
        #expect(await installation.problems(environment: ["CREDENTIALS_DIRECTORY": installation.folder]) == [])
    }
}
