import AuthorizationServer
import JOSE
import OAuth
import Storage
import StorageTesting
import Synchronization
import TestSupport
import Testing

/// Clients that manage what they registered, over HTTP.
@Suite(.timeLimit(.minutes(5))) struct `The configuration endpoint of a client` {
    private func update(
        _ made: SelfRegistered, _ more: String = "", callback: String = SelfRegistered.callback
    ) -> String {
        #"{"client_id":"\#(made.id)","redirect_uris":["\#(callback)"]\#(more)}"#
    }

    @Test(.requirement("7592-2.2-1"))
    func `takes every one of many updates at once, and each as a whole`() async throws {
        let (crowd, sector) = (8, CrowdedSector(8))
        let server = try await ConformanceServer(fetcher: sector)
        let made = try await server.register()
        // All of them have read the client before the first is stored.
        let statuses = try await withThrowingTaskGroup(of: Int.self, returning: [Int].self) { group in
            for number in 0..<crowd {
                let body = update(
                    made,
                    #","client_name":"n\#(number)","client_uri":"https://app.example/n\#(number)""#
                        + #","sector_identifier_uri":"https://app.example/sector.json""#)
                let (path, access) = (made.path, made.access)
                group.addTask { try await server.send("PUT", path, body, with: access).status }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(statuses == Array(repeating: 200, count: crowd))
        #expect(sector.asked == crowd, "the sector is asked once for each")
        let read = try await server.send("GET", made.path, with: made.access)
        let json = try JSONObject(parsing: Array(read.body.utf8))
        let name = try #require(json.string("client_name"))
        #expect((0..<crowd).contains { "n\($0)" == name })
        #expect(json.string("client_uri") == "https://app.example/" + name)
        let stored = try await server.store.client(ClientID(unchecked: made.id))
        #expect(stored?.version == 1 + Int64(crowd))
        try await server.live.shutDown()
    }

    @Test(.requirement("7592-2-2", "7592-2.1-1", "7592-3-1", "oidc-registration-4.2-1", "oidc-registration-4.3-1"))
    func `reads what is registered, and gives no secret a second time`() async throws {
        try await ConformanceServer.run { server async throws in
            let made = try await server.register(#""client_name":"App""#)
            let read = try await server.send("GET", made.path, with: made.access)
            #expect(read.status == 200 && read.header("content-type") == "application/json")
            #expect(read.header("cache-control") == "no-store")
            var json = try JSONObject(parsing: Array(read.body.utf8))
            #expect(json["client_secret"] == nil && json["client_secret_expires_at"] == nil)
            // The token stays as it is for the life of the registration: an answer that is lost locks nobody out.
            #expect(json.string("registration_access_token") == made.access)
            for member in ["client_secret", "client_secret_expires_at"] { json[member] = made.json[member] }
            for (name, value) in made.json.members { #expect(json[name] == value, "\(name)") }
        }
    }

    @Test(.requirement("7592-2-3", "7592-2.1-2", "oidc-registration-4-1", "oidc-registration-4.4-1"))
    func `is closed to every token but its own`() async throws {
        try await ConformanceServer.run { server async throws in
            let (made, other) = (try await server.register(), try await server.register())
            let tokens = try await server.application(other).tokens()
            let paths = [made.path, "/clients/nobody", "/clients/rp", "/clients/", "/clients/\(made.id)/x"]
            var answers: Set<String> = []
            for path in paths {
                for token in [other.access, "tsx_wrong", made.access + "x", tokens.accessToken] {
                    for (method, body) in [("GET", nil), ("PUT", update(made)), ("DELETE", nil)] {
                        let answer = try await server.send(method, path, body, with: token)
                        #expect(answer.status == 401, "\(method) \(path)")
                        #expect(answer.header("www-authenticate")?.contains(#"error="invalid_token""#) == true)
                        answers.insert(answer.body)
                    }
                }
                #expect(try await server.send("GET", path).status == 401)
            }
            // Nobody learns which clients there are.
            #expect(answers.count == 1)
            #expect(try await server.send("GET", "\(made.path)?access_token=\(made.access)").status == 401)
            #expect(try await server.send("POST", made.path, update(made), with: made.access).status == 405)
            #expect(try await server.send("GET", made.path, with: made.access).status == 200)
        }
    }

    @Test(.requirement("7592-2.2-1", "7592-2.2-3", "7592-2.2-4", "7592-2.2-6")) func `replaces all that is registered`()
        async throws
    {
        try await ConformanceServer.run { server async throws in
            let made = try await server.register(
                #""client_name":"App","client_uri":"https://app.example/","default_max_age":60"#)
            let secret = try #require(made.secret).revealedValue
            let answer = try await server.send(
                "PUT", made.path, update(made, #","client_name":"New","client_secret":"\#(secret)","tos_uri":null"#),
                with: made.access)
            #expect(answer.status == 200)
            let json = try JSONObject(parsing: Array(answer.body.utf8))
            #expect(json.string("client_name") == "New" && json.string("client_id") == made.id)
            #expect(json["client_uri"] == nil && json["default_max_age"] == nil && json["client_secret"] == nil)
            #expect(json.string("registration_access_token") == made.access)
            // The secret is still the one that it was given.
            _ = try await server.application(made).tokens()
        }
    }

    @Test(
        .requirement("7592-2.2-2", "7592-2.2-3", "7592-2.2-4", "7592-2.2-5", "7592-2.2-7", "oidc-registration-7-1"),
        arguments: [
            (#","registration_access_token":"x""#, "invalid_client_metadata"),
            (#","registration_client_uri":"https://id.example/clients/rp""#, "invalid_client_metadata"),
            (#","client_secret_expires_at":0"#, "invalid_client_metadata"),
            (#","client_id_issued_at":1"#, "invalid_client_metadata"),
            (#","client_secret":"another""#, "invalid_client_metadata"),
            (#","software_statement":"e30.e30.e30""#, "invalid_client_metadata"),
            (#","grant_types":["client_credentials"]"#, "invalid_client_metadata"),
            (#","initiate_login_uri":"http://app.example/login""#, "invalid_client_metadata"),
            (#","post_logout_redirect_uris":["https://app.example/#x"]"#, "invalid_client_metadata"),
        ])
    func `refuses what an update must not contain, and changes nothing`(member: String, code: String) async throws {
        try await ConformanceServer.run { server async throws in
            let made = try await server.register(#""client_name":"App""#)
            let refused = try await server.send("PUT", made.path, update(made, member), with: made.access)
            #expect(refused.status == 400 && refused.body.contains(#""\#(code)""#))
            let wrong = try await server.send(
                "PUT", made.path, update(made, callback: "http://app.example/cb"), with: made.access)
            #expect(wrong.status == 400 && wrong.body.contains(#""invalid_redirect_uri""#))
            for body in [#"{"redirect_uris":["https://app.example/cb"]}"#, update(made).replacing(made.id, with: "rp")]
            {
                let answer = try await server.send("PUT", made.path, body, with: made.access)
                #expect(answer.status == 400 && answer.body.contains(#""invalid_client_metadata""#))
            }
            #expect(try await server.send("GET", made.path, with: made.access).body.contains(#""App""#))
        }
    }

    @Test(.requirement("7592-2.1-3", "oidc-registration-4.4-3"))
    func `is closed to a client that an administrator disabled`() async throws {
        try await ConformanceServer.run { server async throws in
            let made = try await server.register()
            _ = try await Administration(provider: server.provider).updateClient(
                ClientID(unchecked: made.id), with: ClientChange(isEnabled: false),
                by: Administrator(
                    actor: "uid:0", rights: Set(AdministrativeRight.allCases), address: "unix", requestID: "r"),
                at: server.clock.now)
            for (method, body) in [("GET", nil), ("PUT", update(made)), ("DELETE", nil)] {
                #expect(try await server.send(method, made.path, body, with: made.access).status == 403, "\(method)")
            }
        }
    }

    @Test(.requirement("7592-2.3-1", "7592-2.3-2", "7592-2.3-3", "oidc-registration-4.4-2"))
    func `deletes the client with all that people gave to it, at once`() async throws {
        try await ConformanceServer.run { server async throws in
            let made = try await server.register(#""grant_types":["authorization_code","refresh_token"]"#)
            let application = try server.application(made)
            let tokens = try await application.tokens(["scope": "openid offline_access"])
            let refresh = try #require(tokens.refreshToken)
            _ = try await application.userInfo(tokens)
            let deleted = try await server.send("DELETE", made.path, with: made.access)
            #expect(deleted.status == 204 && deleted.body.isEmpty && deleted.header("cache-control") == "no-store")

            #expect(try await status(ofUserInfoWith: tokens.accessToken, server) == 401)
            #expect(try await application.refresh(refresh).status == 401)
            #expect(try await server.send("GET", made.path, with: made.access).status == 401)
            #expect(try await server.send("DELETE", made.path, with: made.access).status == 401)
            try await application.browser.get("/authorize?" + application.request())
            application.expectErrorPage()
            let person = try #require(try await server.provider.store.users(matching: nil, after: nil, limit: 1).first)
            #expect(try await server.provider.store.consents(of: person.id).isEmpty)
        }
    }

    @Test(
        .requirement("7592-2.3-2"),
        arguments: [
            #""redirect_uris":["https://other.example/cb"],"grant_types":["authorization_code","refresh_token"]"#,
            #""redirect_uris":["https://app.example/cb"]"#,
            #""redirect_uris":["https://app.example/cb"],"grant_types":["authorization_code","refresh_token"],"subject_type":"pairwise""#,
            #""redirect_uris":["https://app.example/cb"],"grant_types":["authorization_code","refresh_token"],"token_endpoint_auth_method":"none""#,
        ])
    func `ends what people gave to it when it becomes another`(members: String) async throws {
        try await ConformanceServer.run { server async throws in
            let made = try await server.register(#""grant_types":["authorization_code","refresh_token"]"#)
            let application = try server.application(made)
            let tokens = try await application.tokens(["scope": "openid offline_access"])
            let same =
                #"{"client_id":"\#(made.id)","redirect_uris":["https://app.example/cb"],"#
                + #""grant_types":["authorization_code","refresh_token"],"client_name":"New"}"#
            #expect(try await server.send("PUT", made.path, same, with: made.access).status == 200)
            _ = try await application.userInfo(tokens)

            let other = #"{"client_id":"\#(made.id)",\#(members)}"#
            #expect(try await server.send("PUT", made.path, other, with: made.access).status == 200)
            #expect(try await status(ofUserInfoWith: tokens.accessToken, server) == 401)
            let refresh = try #require(tokens.refreshToken)
            let refused = try await server.live.exchange(
                RequestText.form(
                    "/token", "grant_type=refresh_token&refresh_token=\(refresh)&client_id=\(made.id)",
                    authorization: members.contains("none")
                        ? nil : RequestText.authorization(made.id, try #require(made.secret).revealedValue)))
            #expect(refused.status == 400)
        }
    }

    @Test func `ends the access tokens of a client that narrows what it may ask for`() async throws {
        try await ConformanceServer.run { server async throws in
            let made = try await server.register(#""scope":"openid email""#)
            let tokens = try await server.application(made).tokens(["scope": "openid email"])
            let narrow =
                #"{"client_id":"\#(made.id)","redirect_uris":["https://app.example/cb"],"scope":"openid"}"#
            #expect(try await server.send("PUT", made.path, narrow, with: made.access).status == 200)
            #expect(try await status(ofUserInfoWith: tokens.accessToken, server) == 401)
        }
    }

    private func status(ofUserInfoWith token: String, _ server: ConformanceServer) async throws -> Int {
        try await server.live.exchange(RequestText.get("/userinfo", "authorization: Bearer \(token)")).status
    }
}

/// The list of a sector that nobody gets before so many have asked for it.
private final class CrowdedSector: DocumentFetcher {
    private let crowd: Int
    private let count = Mutex(0)

    init(_ crowd: Int) { self.crowd = crowd }

    var asked: Int { count.withLock { $0 } }

    func fetch(_ url: String, for kind: DocumentKind) async throws -> [UInt8] {
        count.withLock { $0 += 1 }
        try await eventually { asked >= crowd }
        return Array(#"["https://app.example/cb"]"#.utf8)
    }
}
