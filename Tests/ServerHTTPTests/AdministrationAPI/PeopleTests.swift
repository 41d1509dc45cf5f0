import AuthorizationServer
import JOSE
import OAuth
import ServerHTTP
import Storage
import Testing

@Suite struct `The administration API for people` {
    @Test func `registers, shows, changes and deletes somebody`() async throws {
        let server = try await AdministeredServer()
        let created = await server.register(
            "Ada", #","email":"Ada@Example.org","attributes":{"given_name":"Ada"},"groups":["staff"],"roles":["admin"]"#
        )
        #expect(created.status == 201 && created.header("etag") == #""1""#)
        let id = try #require(created.json.string("id"))
        let path = "/admin/v1/users/\(id)"
        #expect(created.header("location") == path)
        #expect(
            created.json.members.map(\.name) == [
                "id", "username", "email", "email_verified", "enabled", "attributes", "groups", "roles", "created_at",
                "updated_at", "version",
            ])
        #expect(created.json.string("username") == "ada" && created.json.string("email") == "ada@example.org")
        #expect(await server.socket(.get, path).json == created.json)

        let changed = await server.socket(
            .patch, path, #"{"email":null,"groups":[],"attributes":{"given_name":null,"family_name":"L"}}"#,
            headers: [("if-match", #""1""#)])
        #expect(changed.status == 200 && changed.json.integer("version") == 2)
        #expect(changed.json["email"] == nil && changed.json.bool("email_verified") == false)
        #expect(changed.json.strings("groups") == [] && changed.json.strings("roles") == ["admin"])
        #expect(changed.json.object("attributes")?.members.map(\.name) == ["family_name"])
        let stale = await server.socket(.patch, path, #"{"groups":[]}"#, headers: [("if-match", #""1""#)])
        #expect(stale.status == 412)
        #expect(await server.socket(.patch, path, #"{"roles":[],"version":1}"#).status == 409)
        #expect(await server.socket(.delete, path, headers: [("if-match", #""1""#)]).status == 412)
        #expect(await server.socket(.delete, path).status == 204)
        #expect(await server.socket(.get, path).status == 404)
        #expect(await server.register("ada").status == 201)
    }

    @Test func `shows the address that somebody wants and has not proven`() async throws {
        let server = try await AdministeredServer()
        try await server.registeredAda()
        #expect(await server.socket(.get, AdministeredServer.ada).json["pending_email"] == nil)
        var ada = try #require(try await server.store.user(Subject(unchecked: "ada")))
        ada.pendingEmail = LoginName(canonical: "new@example.org")
        _ = try await server.store.update(ada, ending: nil, at: AdministeredServer.start, with: Effects([]))
        let shown = await server.socket(.get, AdministeredServer.ada).json
        #expect(shown.string("pending_email") == "new@example.org" && shown.string("email") == "ada@example.org")
    }

    @Test func `refuses a name or address that belongs to somebody`() async throws {
        let server = try await AdministeredServer()
        try await server.registeredAda()
        for members in [("ADA", ""), ("ada@example.org", ""), ("eve", #","email":"ada@example.org""#)] {
            let reply = await server.register(members.0, members.1)
            #expect(reply.status == 409 && reply.error == "conflict")
        }
    }

    @Test(arguments: [
        (#"{}"#, ["username"]), (#"{"username":7}"#, ["username"]), (#"{"username":"a\u0000b"}"#, ["username"]),
        (#"{"username":"\#(String(repeating: "a", count: 300))"}"#, ["username"]),
        (#"{"username":"a","email":"nowhere"}"#, ["email"]), (#"{"username":"a","id":"root"}"#, ["id"]),
        (#"{"username":"a","password":"x","password_hash":"$2b$04$x"}"#, ["password", "password_hash"]),
        (#"{"username":"a","password":"short"}"#, ["password"]),
        (#"{"username":"a","password":["x"]}"#, ["password"]),
        (#"{"username":"a","password_hash":"5f4dcc3b5aa765d61d8327deb882cf99"}"#, ["password_hash"]),
        (#"{"username":"a","attributes":[]}"#, ["attributes"]),
        (#"{"username":"a","attributes":{"sub":"x"}}"#, ["attributes.sub"]),
        (#"{"username":"a","groups":"admin"}"#, ["groups"]), (#"{"username":"a","roles":["r","r"]}"#, ["roles[1]"]),
        (
            #"{"username":"a","enabled":false,"version":9,"locked_down_at":1}"#,
            ["enabled", "locked_down_at", "version"]
        ),
    ])
    func `names every field of a hostile body`(body: String, fields: [String]) async throws {
        let server = try await AdministeredServer()
        let reply = await server.socket(.post, "/admin/v1/users", body)
        #expect(reply.status == 400 && reply.error == "invalid_request")
        #expect(reply.fields.sorted() == fields)
        #expect(try await server.store.users(matching: nil, after: nil, limit: 10).isEmpty)
    }

    @Test func `repeats no password that it refuses`() async throws {
        let server = try await AdministeredServer()
        try await server.registeredAda()
        for body in [
            #"{"password":"hunter2"}"#, #"{"password":"hunter2","x":1}"#, #"{"password":{"x":"hunter2"}}"#, "{}",
        ] {
            let reply = await server.socket(.put, AdministeredServer.ada + "/password", body)
            #expect(reply.status == 400 && !reply.fields.isEmpty && !reply.text.contains("hunter2"))
        }
        #expect(try await server.store.password(of: Subject(unchecked: "ada"))?.encoded == AdministeredServer.adaHash)
    }

    @Test func `shows nobody a password, a hash or a secret`() async throws {
        let server = try await AdministeredServer()
        try await server.registeredAda()
        var replies = [
            await server.register("bob", #","password":"\#(AdministeredServer.password)""#),
            await server.register("carl", #","password_hash":"\#(AdministeredServer.adaHash)""#),
            await server.socket(
                .put, AdministeredServer.ada + "/password", #"{"password":"\#(AdministeredServer.password)"}"#),
        ]
        #expect(replies.map(\.status) == [201, 201, 204])
        for path in [
            "/admin/v1/users", AdministeredServer.ada, AdministeredServer.ada + "/sessions",
            AdministeredServer.ada + "/applications", "/admin/v1/audit",
        ] { replies.append(await server.socket(.get, path)) }
        let forbidden = [
            AdministeredServer.password, AdministeredServer.adaHash, "argon2", "$2b$", "_hash\"",
            AdministeredServer.sessionSecret.revealedValue, AdministeredServer.codeSecret.revealedValue,
            Base64URL.encode(TokenHash(of: AdministeredServer.sessionSecret).bytes),
        ]
        for reply in replies { for text in forbidden { #expect(!reply.text.contains(text), "\(text)") } }
    }

    @Test func `hands a link over where no mail is configured, once and bounded`() async throws {
        let server = try await AdministeredServer()
        let invited = await server.register("bob", #","email":"bob@example.org""#)
        let path = "/admin/v1/users/\(invited.json.string("id") ?? "")"
        let reply = await server.socket(.post, path + "/invitation")
        #expect(reply.status == 201 && reply.json.bool("mailed") == false)
        #expect(reply.json.string("link")?.hasPrefix("https://id.example/invitation?link=tsl_") == true)
        #expect((reply.json.integer("expires_at") ?? 0) > AdministeredServer.start.secondsSince1970)
        let reset = await server.socket(.post, path + "/reset-link")
        #expect(reset.json.string("link")?.hasPrefix("https://id.example/reset/set?link=tsl_") == true)
        let secret = try #require(reset.json.string("link")?.split(separator: "=").last)
        for path in ["/admin/v1/audit", path] {
            #expect(await !server.socket(.get, path).text.contains(secret))
        }
        #expect(await server.register("carl").status == 201)
        let carl = await server.socket(.get, "/admin/v1/users?search=carl").json["users"]?.array?.first?.object
        #expect(await server.socket(.post, "/admin/v1/users/\(carl?.string("id") ?? "")/invitation").status == 409)
    }

    @Test func `pages through people, and finds them by how their name begins`() async throws {
        let server = try await AdministeredServer()
        for name in ["ann", "anton", "bert"] { #expect(await server.register(name).status == 201) }
        var (names, after) = ([String](), "")
        repeat {
            let page = await server.socket(.get, "/admin/v1/users?limit=2" + (after.isEmpty ? "" : "&after=\(after)"))
            names += page.json["users"]?.array?.compactMap { $0.object?.string("username") } ?? []
            after = page.json.string("next") ?? ""
        } while !after.isEmpty && names.count < 6
        #expect(names.sorted() == ["ann", "anton", "bert"])
        let found = await server.socket(.get, "/admin/v1/users?search=AN").json["users"]?.array?.count
        #expect(found == 2)
        #expect(await server.socket(.get, "/admin/v1/users?search=%25").json["users"]?.array?.isEmpty == true)
        for query in ["search=" + String(repeating: "a", count: 255), "limit=0", "sort=x", "search=a&search=b"] {
            #expect(await server.socket(.get, "/admin/v1/users?\(query)").status == 400, "\(query)")
        }
    }
}

extension AdministeredServer {
    /// Ada and the client that she gave access to.
    func registeredAda() async throws {
        _ = try await register()
        try await insertAda()
    }
}
