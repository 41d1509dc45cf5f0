import AuthorizationServer
import JOSE
import OAuth
import ServerHTTP
import Storage
import Testing

@Suite struct `The administration API for what people are signed in to` {
    private func sessions(_ server: AdministeredServer) async -> [JSONObject] {
        await server.socket(.get, AdministeredServer.ada + "/sessions").json["sessions"]?.array?.compactMap(\.object)
            ?? []
    }

    private func applications(_ server: AdministeredServer, _ member: String) async -> [JSONObject] {
        await server.socket(.get, AdministeredServer.ada + "/applications").json[member]?.array?.compactMap(\.object)
            ?? []
    }

    @Test func `lists sessions and applications`() async throws {
        let server = try await AdministeredServer()
        try await server.registeredAda()
        let session = try #require(await sessions(server).first)
        #expect(
            session.members.map(\.name) == [
                "id", "authenticated_at", "methods", "created_at", "last_seen_at", "expires_at", "address",
                "user_agent",
            ])
        #expect(session.string("id") == "ada-session" && session.strings("methods") == ["pwd"])
        let authorization = try #require(await applications(server, "authorizations").first)
        #expect(
            authorization.members.map(\.name) == [
                "id", "client", "session", "scope", "resource_scopes", "offline", "created_at", "expires_at",
            ])
        #expect(authorization.object("resource_scopes")?.string("https://orders.example") == "read")
        let consent = try #require(await applications(server, "consents").first)
        #expect(consent.string("client") == "svc" && consent.string("scope") == "openid")
        for path in ["/sessions", "/applications"] {
            #expect(await server.socket(.get, "/admin/v1/users/nobody" + path).status == 404)
        }
    }

    /// Every way to end everything of a person, by method, path and body.
    @Test(arguments: [
        (RequestMethod.post, "/lockdown", nil), (.patch, "", #"{"enabled":false}"#), (.delete, "/sessions", nil),
        (.put, "/password", #"{"password":"\#(AdministeredServer.password)"}"#), (.delete, "", nil),
    ])
    func `ends sessions and authorizations at once`(method: RequestMethod, path: String, body: String?) async throws {
        let server = try await AdministeredServer()
        try await server.registeredAda()
        let reply = await server.socket(method, AdministeredServer.ada + path, body)
        #expect((200..<300).contains(reply.status), "\(reply.text)")
        #expect(await sessions(server).isEmpty)
        #expect(try await server.store.session(AdministeredServer.session, at: AdministeredServer.start) == nil)
        #expect(try await server.store.authorization(AdministeredServer.grant) == nil)
        #expect(server.provider.revocations.hasEnded(AdministeredServer.grant))
    }

    @Test func `opens an account after a lockdown without what had ended`() async throws {
        let server = try await AdministeredServer()
        try await server.registeredAda()
        let locked = await server.socket(.post, AdministeredServer.ada + "/lockdown")
        #expect(locked.json.integer("locked_down_at") == AdministeredServer.start.secondsSince1970)
        #expect(await server.socket(.post, AdministeredServer.ada + "/invitation").status == 409)
        let released = await server.socket(.post, AdministeredServer.ada + "/release")
        #expect(released.status == 200 && released.json["locked_down_at"] == nil)
        #expect(await sessions(server).isEmpty)
    }

    @Test func `lists and withdraws invitations`() async throws {
        let server = try await AdministeredServer()
        try await server.registeredAda()
        let known = await server.socket(.post, AdministeredServer.ada + "/invitation")
        #expect(known.status == 409 && known.text.contains("reset link"), "who has a password is not invited")
        let bob = await server.register("bob", #","email":"bob@example.org""#).json.string("id")
        let path = "/admin/v1/users/\(bob ?? "")/invitation"
        #expect(await server.socket(.delete, path).status == 404)
        #expect(await server.socket(.post, path).status == 201)
        let invitations = await server.socket(.get, "/admin/v1/invitations").json["invitations"]?.array
        let invitation = try #require(invitations?.first?.object)
        #expect(invitation.members.map(\.name) == ["user", "email", "created_at", "expires_at"])
        #expect(invitation.string("user") == bob && invitation.string("email") == "bob@example.org")
        let after = await server.socket(.get, "/admin/v1/invitations?after=\(bob ?? "")").json["invitations"]
        #expect(after?.array?.isEmpty == true)
        #expect(await server.socket(.delete, path).status == 204)
        #expect(await server.socket(.get, "/admin/v1/invitations").json["invitations"]?.array?.isEmpty == true)
    }

    @Test func `ends everything of everybody in steps, if the issuer is named`() async throws {
        let server = try await AdministeredServer()
        try await server.registeredAda()
        let path = "/admin/v1/end-everything"
        let issuer = server.provider.issuer.rawValue
        let future = AdministeredServer.start.secondsSince1970 + 1
        for body in [
            "{}", #"{"issuer":"https://other.example"}"#, #"{"issuer":"\#(issuer)","limit":0}"#,
            #"{"issuer":"\#(issuer)","limit":1001}"#, #"{"issuer":"\#(issuer)","up_to":\#(future)}"#,
        ] { #expect(await server.socket(.post, path, body).status == 400, "\(body)") }
        #expect(!server.provider.revocations.hasEnded(AdministeredServer.grant))
        let first = await server.socket(.post, path, #"{"issuer":"\#(issuer)","limit":1}"#).json
        #expect(first.integer("sessions") == 1 && first.integer("authorizations") == 0)
        let start = try #require(first.integer("up_to"))
        #expect(first.bool("complete") == false && start == AdministeredServer.start.secondsSince1970)
        let second = await server.socket(.post, path, #"{"issuer":"\#(issuer)","up_to":\#(start)}"#).json
        #expect(second.integer("authorizations") == 1 && second.bool("complete") == true)
        #expect(server.provider.revocations.hasEnded(AdministeredServer.grant))
    }

    @Test func `ends one session, one authorization or one application`() async throws {
        for path in [
            "/admin/v1/sessions/ada-session", "/admin/v1/authorizations/ada-grant",
            AdministeredServer.ada + "/applications/svc",
        ] {
            let server = try await AdministeredServer()
            try await server.registeredAda()
            #expect(await server.socket(.delete, path).status == 204, "\(path)")
            #expect(server.provider.revocations.hasEnded(AdministeredServer.grant), "\(path)")
            #expect(await applications(server, "authorizations").isEmpty)
            #expect(await sessions(server).isEmpty == path.contains("/sessions/"))
            #expect(await applications(server, "consents").isEmpty == path.hasSuffix("/applications/svc"))
        }
        let server = try await AdministeredServer()
        #expect(await server.socket(.delete, "/admin/v1/sessions/none").status == 404)
        #expect(await server.socket(.delete, "/admin/v1/authorizations/none").status == 404)
        try await server.registeredAda()
        #expect(await server.socket(.delete, AdministeredServer.ada + "/applications/none").status == 404)
    }
}
