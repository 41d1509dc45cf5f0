import Foundation  // Process is not in FoundationEssentials
import Glibc
import Testing

/// The program serving a new installation, for commands to ask; it ends with the value that holds it.
final class RunningServer {
    let program: Program
    private let folder: TestFolder
    private let process: Process

    init() async throws {
        folder = try TestFolder()
        program = Program(folder: folder.path)
        _ = try program.run("init", "--issuer", "https://id.example.com")
        let yaml = "issuer: https://id.example.com\ndata: data\nlisten:\n  socket: public.sock\n"
        try Data(yaml.utf8).write(to: URL(filePath: folder.path + "/tessera.yaml"))
        process = try program.start("serve")
        let deadline = ContinuousClock.now + .seconds(30)
        while try program.run("health").status != 0 {
            try #require(ContinuousClock.now < deadline && process.isRunning, "the server did not start")
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    deinit {
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }
}
