import JOSE
import Testing
import tessera

@Suite(.serialized, .timeLimit(.minutes(5))) struct `The commands for registration tokens` {
    @Test func `make one, list it without its secret, and end it`() async throws {
        let server = try await RunningServer()
        let program = server.program
        let made = try await program.run("registration-token", "create", "--uses", "2", "--expires-in", "600", "--json")
        #expect(made.status == 0, "\(made.complaint)")
        let token = try JSONObject(parsing: Array(made.output.utf8))
        let secret = try #require(token.string("registration_token"))
        let id = try #require(token.string("id"))
        #expect(secret.hasPrefix("tsi_") && token.integer("uses") == 2)
        let words = try await program.run("registration-token", "create")
        #expect(words.output.contains("tsi_") && words.output.contains("shown this once"))

        for arguments in [["--json"], [], ["--limit", "1"]] {
            let listed = try await program.run(["registration-token", "list"] + arguments)
            #expect(listed.status == 0 && !listed.output.contains("tsi_"))
        }
        #expect(try await program.run("registration-token", "list").output.contains(id))
        #expect(try await program.run("registration-token", "delete", id).status == 0)
        #expect(try await program.run("registration-token", "delete", id).status == 4)
        #expect(try await !program.run("registration-token", "list").output.contains(id))
        #expect(try await program.run("registration-token", "create", "--uses", "0").status == 1)
        #expect(try await program.run("registration-token", "create", "--uses", "many").status == 2)
        #expect(try await program.run("registration-token", "--help").output.contains("RFC 7591"))
    }
}
