import FoundationEssentials
import Glibc
import TestSupport
import Testing

/// The program serving a new installation, for commands to ask; it ends with the value that holds it.
final class RunningServer: Sendable {
    let program: Program
    private let folder: TestFolder
    private let process: ChildProcess

    /// - Parameters:
    ///   - settings: in YAML, beside those of a small server.
    ///   - files: by name, in the folder where the program runs.
    ///   - prefix: the program, and its arguments, that starts the server.
    init(settings: String = "", files: [String: String] = [:], prefix: [String] = []) async throws {
        folder = try TestFolder()
        program = Program(folder: folder.path)
        _ = try await program.run("init", "--issuer", "https://id.example.com")
        // No limit on time that a request meets because the machine is busy: a password alone may take seconds then.
        let yaml = """
            issuer: https://id.example.com
            data: data
            listen:
              socket: public.sock
            limits:
              header-deadline: 120
              body-deadline: 300
              request-deadline: 300
              write-deadline: 300
            """
        for (name, text) in files { try Data(text.utf8).write(to: URL(filePath: folder.path + "/" + name)) }
        try Data((yaml + "\n" + settings).utf8).write(to: URL(filePath: folder.path + "/tessera.yaml"))
        process = try program.start("serve", prefix: prefix)
        try await eventually { try await program.run("health").status == 0 || !process.isRunning }
        try #require(process.isRunning, "the server did not start")
        try #require(try await program.run("health").status == 0, "the server did not become ready")
    }

    /// The process that was started.
    var processID: Int32 { process.id }

    deinit { process.signal(SIGKILL) }
}
