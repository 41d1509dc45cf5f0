import FoundationEssentials
import Glibc
import JOSE
import TestSupport
import Testing
import tessera

/// A folder of its own for each test, removed with the value that holds it.
final class TestFolder: Sendable {
    let path: String

    init() throws {
        var template = Array("/tmp/tessera-program-XXXXXX".utf8CString)
        try #require(mkdtemp(&template) != nil)
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}

@Suite(.serialized, .timeLimit(.minutes(10))) struct `The program` {
    private func mode(_ path: String) -> UInt32 { FileFacts(path)?.mode ?? 0 }

    @Test func `says which version it is`() async throws {
        let folder = try TestFolder()
        let outcome = try await Program(folder: folder.path).run("--version")
        #expect(outcome.status == 0)
        #expect(outcome.output == "0.1.0\n")
    }

    @Test(arguments: [
        (["client", "bogus"], 2), (["init"], 2), (["init", "--issuer", "http://id.example.com"], 2),
        (["client", "list"], 3), (["status", "--json"], 3), (["health"], 3), (["config", "check"], 1),
        (["serve"], 1), (["backup", "x"], 4), (["token", "inspect", "tsa_x"], 1),
        (["token", "get", "--issuer", "http://id.example.com", "--client-id", "x"], 1),
        (["token", "get", "--issuer", "https://localhost:1", "--client-id", "x"], 3),
    ])
    func `ends with the exit code that its help promises`(arguments: [String], status: Int) async throws {
        let folder = try TestFolder()
        let outcome = try await Program(folder: folder.path).run(arguments)
        #expect(Int(outcome.status) == status, "\(outcome.complaint)")
        #expect(!outcome.complaint.isEmpty)
        #expect(outcome.output.isEmpty)
    }

    @Test func `refuses a bad configuration at once, in words and in JSON`() async throws {
        let folder = try TestFolder()
        let program = Program(folder: folder.path, environment: ["TESSERA_LISTEN_PROT": "1"])
        var outcome = try await program.run("serve", "--issuer", "http://id.example.com")
        // The shortest, because a busy machine only ever adds to it.
        for _ in 0..<20 where outcome.time >= .seconds(2) {
            outcome = try await program.run("serve", "--issuer", "http://id.example.com")
        }
        #expect(outcome.time < .seconds(2))
        #expect(outcome.status == 1)
        #expect(outcome.complaint.contains("unknown_environment_variable: TESSERA_LISTEN_PROT"))
        let checked = try await program.run("config", "check", "--issuer", "http://id.example.com", "--json")
        #expect(checked.status == 1)
        let json = try JSONObject(parsing: Array(checked.complaint.utf8))
        #expect(json.string("error") == "configuration_invalid")
    }

    @Test func `makes an installation and replaces nothing in it`() async throws {
        let folder = try TestFolder()
        let program = Program(folder: folder.path)
        #expect(try await program.run("init", "--issuer", "https://id.example.com").status == 0)
        #expect(mode(folder.path + "/data") == 0o700)
        #expect(mode(folder.path + "/data/master.key") == 0o600)
        #expect(mode(folder.path + "/data/tessera.sqlite") == 0o600)
        #expect(mode(folder.path + "/tessera.yaml") == 0o600)
        let key = FileManager.default.contents(atPath: folder.path + "/data/master.key")
        #expect(try await program.run("init", "--issuer", "https://id.example.com").status == 0)
        #expect(FileManager.default.contents(atPath: folder.path + "/data/master.key") == key)
        #expect(try await program.run("init", "--issuer", "https://other.example.com").status == 1)
        #expect(try await program.run("config", "check").status == 0)
    }

    @Test func `does not make a new master key for an old database`() async throws {
        let folder = try TestFolder()
        let program = Program(folder: folder.path)
        #expect(try await program.run("init", "--issuer", "https://id.example.com").status == 0)
        unlink(folder.path + "/data/master.key")
        let outcome = try await program.run("init", "--issuer", "https://id.example.com")
        #expect(outcome.status == 1)
        #expect(outcome.complaint.contains("no master key"))
    }

    @Test func `changes the master key, and only the new one opens the database`() async throws {
        let folder = try TestFolder()
        let program = Program(folder: folder.path)
        _ = try await program.run("init", "--issuer", "https://id.example.com")
        #expect(try await program.run("master-key", "create", "new.key").status == 0)
        #expect(mode(folder.path + "/new.key") == 0o600)
        #expect(try await program.run("master-key", "create", "new.key").status == 1)
        #expect(try await program.run("master-key", "rewrap", "new.key").status == 0)
        let outcome = try await program.run("serve")
        #expect(outcome.status == 1)
        #expect(outcome.complaint.contains("master_key_wrong"))
        #expect(rename(folder.path + "/new.key", folder.path + "/data/master.key") == 0)
        #expect(try await program.run("master-key", "create", "third.key").status == 0)
        #expect(try await program.run("master-key", "rewrap", "third.key").status == 0)
    }

    @Test func `serves, answers its commands, keeps a second server away, and stops in order`() async throws {
        let folder = try TestFolder()
        let program = Program(folder: folder.path)
        _ = try await program.run("init", "--issuer", "https://id.example.com")
        let yaml = "issuer: https://id.example.com\ndata: data\nlisten:\n  socket: public.sock\n"
        try Data(yaml.utf8).write(to: URL(filePath: folder.path + "/tessera.yaml"))
        let server = try program.start("serve")
        defer { server.signal(SIGKILL) }
        try await eventually { try await program.run("health").status == 0 || !server.isRunning }
        try #require(try await program.run("health").status == 0)
        #expect(mode(folder.path + "/data/admin") == 0o700)
        #expect(mode(folder.path + "/data/admin/tessera.sock") == 0o600)

        let second = try await program.run("serve")
        #expect(second.status == 1)
        #expect(second.complaint.contains("in use by process \(server.id)"))

        let created = try await program.run("client", "create", "svc", "--json")
        #expect(created.status == 0)
        let client = try JSONObject(parsing: Array(created.output.utf8))
        #expect(client.string("client_secret")?.hasPrefix("tsc_") == true)
        #expect(try await program.run("client", "create", "svc").status == 1)
        #expect(try await program.run("client", "show", "nobody").status == 4)
        #expect(try await program.run("client", "list").output.contains("svc"))
        #expect(try await program.run("audit", "list").output.contains("client.created"))
        #expect(try await program.run("backup", "copy.sqlite").status == 0)
        #expect(mode(folder.path + "/copy.sqlite") == 0o600)
        #expect(try await program.run("backup", "copy.sqlite").status == 1)
        #expect(try await program.run("status").output.contains("https://id.example.com"))

        // Without a certificate to read again, SIGHUP must not end the server.
        server.signal(SIGHUP)
        #expect(try await program.run("health").status == 0)
        server.signal(SIGTERM)
        #expect(await server.ended().status == 0)
        #expect(try await program.run("client", "list").status == 3)
        #expect(try await program.run("backup", "offline.sqlite").status == 0)
    }

    @Test func `waits for a request in flight when asked to stop, and not when asked again`() async throws {
        let folder = try TestFolder()
        let program = Program(folder: folder.path)
        _ = try await program.run("init", "--issuer", "https://id.example.com")
        let yaml =
            "issuer: https://id.example.com\ndata: data\nlisten:\n  socket: public.sock\n"
            + "limits:\n  drain-deadline: 300\n  body-deadline: 120\n"
        try Data(yaml.utf8).write(to: URL(filePath: folder.path + "/tessera.yaml"))
        let server = try program.start("serve")
        defer { server.signal(SIGKILL) }
        let half = "POST /token HTTP/1.1\r\nHost: id.example.com\r\nContent-Length: 10\r\n\r\nab"
        let socket = folder.path + "/public.sock"
        var held: HeldConnection?
        try await eventually {
            held = HeldConnection(to: socket, sending: half)
            return held != nil
        }
        try #require(held != nil)
        #expect(try await program.run("health").status == 0)

        server.signal(SIGTERM)
        try await eventually { HeldConnection(to: socket, sending: "") == nil }
        // Nobody new is let in, and the one that is there is waited for.
        #expect(server.isRunning)
        try await eventually {
            server.signal(SIGTERM)
            return !server.isRunning
        }
        #expect(!server.isRunning)
        #expect(await server.ended().status == 0)
        withExtendedLifetime(held) {}
    }
}
