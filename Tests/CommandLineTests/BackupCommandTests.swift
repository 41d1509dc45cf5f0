import FoundationEssentials
import Glibc
import JOSE
import TestSupport
import Testing
import tessera

@Suite(.serialized, .timeLimit(.minutes(10))) struct `A backup without a server` {
    @Test func `leaves a trace in the audit log, whether it was made or failed`() async throws {
        let folder = try TestFolder()
        let program = Program(folder: folder.path)
        _ = try await program.run("init", "--issuer", "https://id.example.com")
        #expect(try await program.run("backup", "copy.sqlite").status == 0)
        #expect(try await program.run("backup", "copy.sqlite").status == 1)

        let yaml = "issuer: https://id.example.com\ndata: data\nlisten:\n  socket: public.sock\n"
        try Data(yaml.utf8).write(to: URL(filePath: folder.path + "/tessera.yaml"))
        let server = try program.start("serve")
        defer { server.signal(SIGKILL) }
        try await eventually { try await program.run("health").status == 0 || !server.isRunning }
        let listed = try await program.run("audit", "list", "--actor", "uid:\(getuid())", "--json")
        let events = try JSONObject(parsing: Array(listed.output.utf8))["events"]?.array ?? []
        let backups = events.compactMap(\.object).filter { $0.string("action")?.hasPrefix("backup.") == true }
        #expect(
            backups.compactMap { $0.string("action") }.sorted() == ["backup.failed", "backup.made", "backup.made"])
        #expect(backups.allSatisfy { $0.string("detail") == "to \(folder.path)/copy.sqlite" })
    }
}
