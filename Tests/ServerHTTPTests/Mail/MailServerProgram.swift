import Foundation  // Process is not in FoundationEssentials
import JOSE
import ServerHTTP
import Testing

/// A real SMTP server of somebody else, run for one test.
final class MailServerProgram: Sendable {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().path
    /// Not made shorter: it is a link, and Python finds its environment by the name that it was called by.
    static let python = folder + "/../../../.venv/smtp/bin/python"

    let port: Int
    private let process: Process
    private let input = Pipe()
    private let output: FileHandle

    init(_ mode: String, _ files: TLSFiles, at address: String = "127.0.0.1") throws {
        let process = Process()
        let pipe = Pipe()
        // Process would resolve the link.
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [
            Self.python, Self.folder + "/smtp_server.py", address, mode, files.certificate, files.privateKey,
        ]
        process.standardError = FileHandle.nullDevice
        process.standardInput = input
        process.standardOutput = pipe
        try process.run()
        self.process = process
        output = pipe.fileHandleForReading
        port = try #require(Int(Self.line(of: output)))
    }

    /// The next mail that it took; waits for it.
    func nextMail() throws -> JSONObject { try JSONObject(parsing: Array(Self.line(of: output).utf8)) }

    /// Ends it; returns what it said since.
    func stop() throws -> String {
        try input.fileHandleForWriting.close()
        let rest = output.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: rest, as: UTF8.self)
    }

    private static func line(of handle: FileHandle) -> String {
        var bytes: [UInt8] = []
        while let byte = handle.readData(ofLength: 1).first, byte != 0x0A { bytes.append(byte) }
        return String(decoding: bytes, as: UTF8.self)
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
