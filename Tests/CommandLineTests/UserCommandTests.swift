import FoundationEssentials
import JOSE
import Testing
import tessera

@Suite(.serialized, .timeLimit(.minutes(10))) struct `The commands for people` {
    private static let password = "seven umbrellas against the window"

    @Test func `register, show, change and delete somebody, found by id, name or address`() async throws {
        let server = try await RunningServer()
        let program = server.program
        let created = try await program.run(
            [
                "user", "create", "Ada", "--email", "ada@example.org", "--group", "staff", "--attribute",
                "given_name=Ada",
            ]
                + ["--password-file", "-", "--json"], input: Self.password + "\n")
        try #require(created.status == 0, "\(created.complaint)")
        let ada = try JSONObject(parsing: Array(created.output.utf8))
        #expect(ada.string("username") == "ada" && ada.strings("groups") == ["staff"])
        #expect(ada.object("attributes")?.string("given_name") == "Ada" && !created.output.contains(Self.password))
        for name in [try #require(ada.string("id")), "ADA", "ada@example.org"] {
            let shown = try await program.run("user", "show", name, "--json")
            try #require(shown.status == 0, "\(shown.complaint)")
            #expect(try JSONObject(parsing: Array(shown.output.utf8)) == ada, "\(name)")
        }
        #expect(try await program.run("user", "show", "ad").status == 4)
        #expect(try await program.run("user", "create", "ada").status == 1)
        #expect(try await program.run("user", "list", "--search", "ad").output.contains("ada@example.org"))
        let changed = try await program.run(
            "user", "update", "ada", "--no-email", "--no-groups", "--role", "admin", "--remove-attribute", "given_name")
        #expect(changed.status == 0 && changed.output.contains("admin") && !changed.output.contains("staff"))
        #expect(try await program.run("user", "update", "ada").status == 2)
        #expect(try await program.run("user", "update", "ada", "--version", "1", "--role", "x").status == 1)
        #expect(try await program.run("user", "delete", "ada").status == 0)
        #expect(try await program.run("user", "show", "ada").status == 4)
    }

    @Test func `keep somebody out, and let them in again`() async throws {
        let server = try await RunningServer()
        let program = server.program
        #expect(try await program.run("user", "create", "bob", "--email", "bob@example.org").status == 0)
        let steps: [(command: String, member: String, isThere: Bool)] = [
            ("disable", #""enabled":false"#, true), ("enable", #""enabled":true"#, true),
            ("lockdown", "locked_down_at", true), ("release", "locked_down_at", false),
        ]
        for step in steps {
            let outcome = try await program.run("user", step.command, "bob", "--json")
            #expect(outcome.status == 0 && outcome.output.contains(step.member) == step.isThere, "\(step.command)")
        }
        let invited = try await program.run("user", "invite", "bob")
        #expect(invited.output.contains("https://id.example.com/invitation?link="))
        #expect(try await program.run("user", "reset-link", "bob", "--json").output.contains("/reset/set?link="))
        for command in ["sessions", "applications"] {
            #expect(try await program.run("user", command, "bob").output == "none\n")
            #expect(try await program.run("user", command, "nobody").status == 4)
        }
        #expect(try await program.run("user", "end-sessions", "bob").status == 0)
        #expect(try await program.run("user", "end-sessions", "bob", "--session", "x").status == 4)
        let application = try await program.run(
            "client", "create", "web", "--redirect-uri", "https://app.example/cb", "--json")
        try #require(application.status == 0, "\(application.complaint)")
        #expect(try await program.run("user", "end-application", "bob", "web").status == 0)
        #expect(try await program.run("user", "end-application", "bob", "wbe").status == 4)
        #expect(try await program.run("user", "end-authorization", "bob", "x").status == 4)
    }

    @Test func `list and withdraw invitations`() async throws {
        let server = try await RunningServer()
        let program = server.program
        #expect(try await program.run("user", "create", "bob", "--email", "bob@example.org").status == 0)
        #expect(try await program.run("user", "withdraw-invitation", "bob").status == 4)
        #expect(try await program.run("user", "invite", "bob").status == 0)
        #expect(try await program.run("user", "invitations").output.contains("bob@example.org"))
        #expect(try await program.run("user", "withdraw-invitation", "bob").status == 0)
        #expect(try await program.run("user", "invitations").output == "none\n")
        #expect(try await program.run("audit", "list").output.contains("account.invitation_withdrawn"))
    }

    @Test func `end everything of everybody, and only after it was confirmed`() async throws {
        let server = try await RunningServer()
        let program = server.program
        #expect(try await program.run("user", "create", "bob", "--email", "bob@example.org").status == 0)
        #expect(try await program.run("user", "invite", "bob").status == 0)
        let unconfirmed = try await program.run("user", "end-everything")
        #expect(unconfirmed.status == 2 && unconfirmed.complaint.contains("--confirm"))
        #expect(
            try await program.run("user", "end-everything", "--confirm", "https://other.example.com").status != 0)
        #expect(try await program.run("user", "invitations").output.contains("bob@example.org"))
        let ended = try await program.run("user", "end-everything", "--confirm", "https://id.example.com")
        #expect(ended.status == 0 && ended.output.contains("0 sessions, 0 authorizations and 1 links have ended"))
        #expect(try await program.run("user", "invitations").output == "none\n")
        #expect(try await program.run("audit", "list").output.contains("everything.ended"))
    }

    @Test func `take a password from a file or standard input, and never from an argument`() async throws {
        let server = try await RunningServer()
        let program = server.program
        #expect(try await program.run("user", "create", "bob", "--password", Self.password).status == 2)
        #expect(try await program.run("user", "create", "bob").status == 0)
        #expect(try await program.run("user", "password", "bob", Self.password).status == 2)
        try Data(Self.password.utf8).write(to: URL(filePath: program.folder + "/password"))
        #expect(try await program.run("user", "password", "bob", "--password-file", "password").status == 0)
        #expect(
            try await program.run(["user", "password", "bob", "--password-file", "-"], input: Self.password).status == 0
        )
        let weak = try await program.run(["user", "password", "bob", "--password-file", "-"], input: "hunter2")
        #expect(weak.status == 1 && weak.complaint.contains("15 characters") && !weak.complaint.contains("hunter2"))
        #expect(try await program.run(["user", "password", "bob", "--password-file", "-"], input: "").status == 1)
    }

    @Test func `import people line by line, and say which were refused`() async throws {
        let server = try await RunningServer()
        let hash = "$2b$04$abcdefghijklmnopqrstuu5Lo0g67CiD3M4RpN1BmBb4Crp5w7dbK"
        let lines = [
            #"{"username":"ann","password_hash":"\#(hash)","groups":["staff"]}"#, "", #"{"username":"ANN"}"#, "[]",
            #"{"username":"bert","colour":1}"#, #"{"username":"carl"}"#,
        ]
        let outcome = try await server.program.run(
            ["user", "import", "-", "--json"], input: lines.joined(separator: "\r\n"))
        #expect(outcome.status == 1)
        let answer = try JSONObject(parsing: Array(outcome.output.utf8))
        #expect(answer.integer("created") == 2)
        #expect(answer["refused"]?.array?.compactMap { $0.object?.integer("line") } == [3, 4, 5])
        #expect(!outcome.output.contains(hash) && !outcome.complaint.contains(hash))
        #expect(try await server.program.run("user", "list").output.contains("carl"))
        #expect(try await server.program.run("user", "import", "missing.jsonl").status == 1)
        let long = String(repeating: "a", count: 70_000)
        #expect(try await server.program.run(["user", "import", "-"], input: long).status == 1)
    }

    @Test func `say that no server answers`() async throws {
        let folder = try TestFolder()
        let outcome = try await Program(folder: folder.path).run("user", "list")
        #expect(outcome.status == 3)
        #expect(try await Program(folder: folder.path).run(["user", "import", "-"], input: "{}").status == 3)
    }

    @Test func `register clients that people sign in to`() async throws {
        let server = try await RunningServer()
        let program = server.program
        let created = try await program.run(
            "client", "create", "web", "--redirect-uri", "https://app.example/cb", "--redirect-uri",
            "https://app.example/other", "--first-party", "--id-token-alg", "RS256", "--json")
        let client = try JSONObject(parsing: Array(created.output.utf8))
        #expect(client.strings("grant_types") == ["authorization_code", "refresh_token"])
        let party = try #require(client.object("relying_party"))
        #expect(party.strings("redirect_uris") == ["https://app.example/cb", "https://app.example/other"])
        #expect(party.bool("first_party") == true && party.string("id_token_signed_response_alg") == "RS256")
        _ = try await program.run(
            "resource", "create", "orders", "--identifier", "https://orders.example", "--scope", "read write",
            "--scope-description", "read=See your orders", "--scope-description", "read#de=Ihre Bestellungen sehen")
        let described = try await program.run("resource", "show", "orders", "--json")
        #expect(
            try JSONObject(parsing: Array(described.output.utf8)).object("scope_descriptions")?.jsonText
                == #"{"read":{"text":"See your orders","translations":{"de":"Ihre Bestellungen sehen"}}}"#)
        let wordless = try await program.run("resource", "update", "orders", "--scope-description", "write#de=Ändern")
        #expect(wordless.status != 0 && wordless.complaint.contains("write=words"))
        let changed = try await program.run(
            "client", "update", "web", "--no-first-party", "--resource-scope", "https://orders.example=read write",
            "--default-resource", "https://orders.example", "--pairwise")
        #expect(changed.status == 0, "\(changed.complaint)")
        #expect(changed.output.contains("scope at https://orders.example  read write"))
        #expect(changed.output.contains("pairwise") && !changed.output.contains("first party"))
        let native = try await program.run(
            "client", "create", "cli", "--authentication", "none", "--native", "--redirect-uri", "http://127.0.0.1/cb")
        #expect(native.status == 0 && native.output.contains("native"))
        #expect(try await program.run("client", "create", "x", "--redirect-uri", "http://app.example/").status == 1)
        #expect(try await program.run("client", "create", "x", "--resource-scope", "orders").status == 2)
        let service = try await program.run("client", "create", "svc", "--json")
        #expect(service.output.contains("client_credentials") && !service.output.contains("relying_party"))
    }
}
