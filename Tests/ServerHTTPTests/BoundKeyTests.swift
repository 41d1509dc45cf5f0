import AuthorizationServer
import JOSE
import OAuth
import Risk
import ServerHTTP
import Storage
import Testing

/// Keys that are good from some networks only, where they are exchanged behind a proxy.
@Suite(.timeLimit(.minutes(5))) struct `A key that is bound to networks` {
    private static let root = Administrator(
        actor: "uid:0", rights: Set(AdministrativeRight.allCases), address: "unix", requestID: "r")

    /// The body of an exchange of a key for `svc` that is good from the network of the proxy and from a client's.
    private static func exchange(_ provider: OpenIDProvider) async throws -> String {
        let permission = PermissionDraft(resource: "https://orders.example", scope: "read")
        let key = try await Administration(provider: provider).createKey(
            APIKeyDraft(name: "Bound", permissions: [permission], networks: ["127.0.0.0/8", "198.51.100.0/24"]),
            for: APIKeyOwnerDraft(user: nil, client: "svc", isHoney: false), by: root, at: LiveServer.start)
        return "grant_type=urn:ietf:params:oauth:grant-type:token-exchange"
            + "&subject_token_type=urn:tessera:params:token-type:api-key&subject_token=\(key.secret.revealedValue)"
    }

    /// The status of an exchange that comes with these fields.
    private static func status(_ server: LiveServer, _ body: String, _ fields: [String]) async throws -> Int {
        let type = "content-type: application/x-www-form-urlencoded"
        return try await server.exchange(RequestText.request("POST", "/token", fields + [type], body: body)).status
    }

    @Test func `is refused where its proxy tells of nobody, whatever a client wrote`() async throws {
        let range = try #require(AddressRange("127.0.0.1"))
        let server = try await LiveServer.publicServer { $0.proxies = TrustedProxies(ranges: [range]) }
        let body = try await Self.exchange(server.provider)
        let told = "x-forwarded-for: 198.51.100.7"
        #expect(try await Self.status(server, body, [told]) == 200)
        #expect(try await Self.status(server, body, ["forwarded: for=198.51.100.7"]) == 200)
        for fields in [
            [told, "forwarded: for=x"], [told, "forwarded: for=198.51.100.7"], [told, "forwarded: "],
            ["x-forwarded-for: 198.51.100.7, x"], ["x-forwarded-for: 127.0.0.1"], ["forwarded: for=unknown"],
            ["x-forwarded-for: 203.0.113.9"], [],
        ] { #expect(try await Self.status(server, body, fields) == 400, "\(fields)") }
        try await server.shutDown()
    }

    @Test func `is good by the address of the connection where there is no proxy`() async throws {
        let server = try await LiveServer.publicServer()
        let body = try await Self.exchange(server.provider)
        for fields in [[], ["x-forwarded-for: 203.0.113.9", "forwarded: for=x"]] {
            #expect(try await Self.status(server, body, fields) == 200, "\(fields)")
        }
        try await server.shutDown()
    }
}
