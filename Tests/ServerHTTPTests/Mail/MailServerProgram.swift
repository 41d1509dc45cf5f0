import FoundationEssentials
import Glibc
import JOSE
import ServerHTTP
import TestSupport
import Testing

/// A real SMTP server of somebody else, run for one test.
final class MailServerProgram: Sendable {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().path
    /// Not made shorter: it is a link, and Python finds its environment by the name that it was called by.
    static let python = folder + "/../../../.venv/smtp/bin/python"

    let port: Int
    private let process: ChildProcess
    private let scratch: TemporaryFolder
    private let output: String

    init(_ mode: String, _ files: TLSFiles? = nil, at address: String = "127.0.0.1") async throws {
        scratch = try TemporaryFolder()
        output = scratch.path + "/said"
        var standard = ChildProcess.Files()
        (standard.output, standard.complaint) = (output, scratch.path + "/complaint")
        process = try ChildProcess(
            [Self.python, Self.folder + "/smtp_server.py", address, mode]
                + (files.map { [$0.certificate, $0.privateKey] } ?? []),
            in: Self.folder, environment: ["PATH": "/usr/bin:/bin"], files: standard)
        let (process, output) = (process, output)
        try await eventually { Self.lines(of: output).count > 0 || !process.isRunning }
        let complaint = try String(contentsOfFile: standard.complaint, encoding: .utf8)
        port = try #require(Self.lines(of: output).first.flatMap { Int($0) }, "\(complaint)")
    }

    /// The first mail that it took; waits for it.
    func firstMail() async throws -> JSONObject {
        try await eventually { Self.lines(of: output).count > 1 }
        return try JSONObject(parsing: Array(try #require(Self.lines(of: output).dropFirst().first).utf8))
    }

    /// All mails that it took so far.
    func mails() throws -> [JSONObject] {
        try Self.lines(of: output).dropFirst().map { try JSONObject(parsing: Array($0.utf8)) }
    }

    /// Ends it; returns what it said besides its port.
    func stop() async -> String {
        process.signal(SIGTERM)
        _ = await process.ended()
        let said = Self.lines(of: output).dropFirst().joined(separator: "\n")
        scratch.remove()
        return said
    }

    /// Whole lines only.
    private static func lines(of path: String) -> [Substring] {
        let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
        return text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
    }
}

extension Trait where Self == ConditionTrait {
    /// Skips the test, saying so, where that server is not installed.
    static var mailServer: Self {
        .enabled(
            if: FileManager.default.isExecutableFile(atPath: MailServerProgram.python),
            "skipped: no aiosmtpd; run 'scripts/python-environment smtp aiosmtpd==1.4.6'")
    }
}
