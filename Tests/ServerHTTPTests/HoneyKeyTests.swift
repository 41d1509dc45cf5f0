import AuthorizationServer
import JOSE
import OAuth
import ServerHTTP
import Storage
import Testing

/// Honey keys over HTTP, also in requests that never reach an endpoint's decision.
@Suite(.timeLimit(.minutes(5))) struct `A honey key over HTTP` {
    private static let root = Administrator(
        actor: "uid:0", rights: Set(AdministrativeRight.allCases), address: "unix", requestID: "r")
    private static let unknown = APIKeyText.make(from: .system).secret.revealedValue

    private static func honey(_ provider: OpenIDProvider) async throws -> String {
        try await Administration(provider: provider).createKey(
            APIKeyDraft(name: "Bait", isEndless: true),
            for: APIKeyOwnerDraft(user: nil, client: nil, isHoney: true), by: root, at: LiveServer.start
        ).secret.revealedValue
    }

    private static func forms(_ key: String) -> [(path: String, body: String)] {
        let exchange = "grant_type=urn:ietf:params:oauth:grant-type:token-exchange"
        let type = "&subject_token_type=urn:tessera:params:token-type:api-key"
        return [
            ("/token", "\(exchange)\(type)&subject_token=\(key)"), ("/token", "\(exchange)&subject_token=\(key)"),
            ("/token", "\(exchange)&subject_token=\(key)&subject_token_type=urn:ietf:params:oauth:token-type:jwt"),
            ("/token", "\(exchange)\(type)&subject_token=\(key)&audience=x"),
            ("/token", "\(exchange)\(type)&subject_token=\(key)&requested_token_type=x"),
            ("/token", "\(exchange)\(type)&subject_token=\(key)&scope=%22"),
            ("/token", "\(exchange)\(type)&subject_token=x&actor_token=\(key)"),
            ("/token", "\(exchange)\(type)&subject_token=\(key)&actor_token=\(key)"),
            ("/token", "subject_token=\(key)"), ("/introspect", "token=\(key)"), ("/revoke", "token=\(key)"),
        ]
    }

    @Test(arguments: [nil, "svc", "orders", "wrong"] as [String?])
    func `alarms once in each form, however that is answered`(client: String?) async throws {
        let server = try await LiveServer.publicServer()
        let honey = try await Self.honey(server.provider)
        let password = client == "wrong" ? "tsc_wrong" : LiveServer.secret.revealedValue
        let authorization = client.map { RequestText.authorization($0 == "wrong" ? "svc" : $0, password) }
        for (index, (form, other)) in zip(Self.forms(honey), Self.forms(Self.unknown)).enumerated() {
            let answer = try await server.exchange(
                RequestText.form(form.path, form.body, authorization: authorization))
            #expect(server.provider.alarmCounts == [.honeyKeyUsed: Int64(index) + 1], "\(form)")
            let usual = try await server.exchange(
                RequestText.form(other.path, other.body, authorization: authorization))
            #expect(answer.status == usual.status && answer.body == usual.body, "\(form)")
        }
        try await server.shutDown()
    }

    @Test func `alarms as a bearer token of a person`() async throws {
        let server = try await LiveServer.publicServer()
        let honey = try await Self.honey(server.provider)
        let answer = try await server.exchange(RequestText.get("/userinfo", "authorization: Bearer \(honey)"))
        let usual = try await server.exchange(RequestText.get("/userinfo", "authorization: Bearer \(Self.unknown)"))
        #expect(answer.status == 401 && usual.status == 401 && answer.body == usual.body)
        #expect(server.provider.alarmCounts == [.honeyKeyUsed: 1])
        try await server.shutDown()
    }

    @Test func `alarms as a bearer token of an administrator, at every path and under every name`() async throws {
        let server = try await AdministeredServer()
        let honey = Secret(try await Self.honey(server.provider))
        var count: Int64 = 0
        for (path, host) in [
            ("/admin/v1/status", AdministeredServer.host), ("/admin/v1/clients/svc", AdministeredServer.host),
            ("/admin/v1/nothing", AdministeredServer.host), ("/admin/v1/status", "evil.example"),
        ] {
            let reply = await server.network(.get, path, token: honey, host: host)
            let usual = await server.network(.get, path, token: Secret(Self.unknown), host: host)
            #expect(reply.status == usual.status && reply.text == usual.text && reply.status >= 400)
            count += 1
            #expect(server.provider.alarmCounts == [.honeyKeyUsed: count], "\(path) \(host)")
        }
        _ = await server.provider.flush(at: AdministeredServer.start)
        let events = try await server.events("api_key.honey_used")
        #expect(events.reduce(0) { $0 + $1.count } == count)
        #expect(events.allSatisfy { $0.detail == "api_key_honey: administration" && $0.actor == "anonymous" })
    }

    @Test func `alarms as the token of a registration`() async throws {
        try await ConformanceServer.run { server async throws in
            let honey = try await Self.honey(server.provider)
            #expect(try await server.send("GET", "/clients/x", with: honey).status == 401)
            #expect(try await server.send("GET", "/clients/x", with: Self.unknown).status == 401)
            #expect(server.provider.alarmCounts == [.honeyKeyUsed: 1])
        }
    }
}
