import Foundation  // Process is not in FoundationEssentials

/// The built program, run as an operator runs it.
struct Program: Sendable {
    /// What it said and how it ended.
    struct Outcome: Sendable {
        let status: Int32
        let output: String
        let complaint: String
    }

    /// It lies beside the tests that were built with it.
    static let path =
        URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent().path + "/tessera"

    let folder: String
    var environment: [String: String] = [:]

    func run(_ arguments: String..., input: String = "") throws -> Outcome { try run(arguments, input: input) }

    func run(_ arguments: [String], input: String = "") throws -> Outcome {
        let process = makeProcess(arguments)
        let output = Pipe()
        let complaint = Pipe()
        let source = Pipe()
        process.standardOutput = output
        process.standardError = complaint
        process.standardInput = source
        try process.run()
        try source.fileHandleForWriting.write(contentsOf: Data(input.utf8))
        try source.fileHandleForWriting.close()
        let said = output.fileHandleForReading.readDataToEndOfFile()
        let complained = complaint.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return Outcome(
            status: process.terminationStatus, output: String(decoding: said, as: UTF8.self),
            complaint: String(decoding: complained, as: UTF8.self))
    }

    /// A server in the background; its log goes to files in the folder.
    func start(_ arguments: String...) throws -> Process {
        let process = makeProcess(arguments)
        try Data().write(to: URL(filePath: folder + "/server.log"))
        process.standardOutput = FileHandle.nullDevice
        process.standardError = try FileHandle(forWritingTo: URL(filePath: folder + "/server.log"))
        process.standardInput = FileHandle.nullDevice
        try process.run()
        return process
    }

    private func makeProcess(_ arguments: [String]) -> Process {
        let process = Process()
        process.executableURL = URL(filePath: Self.path)
        process.arguments = arguments
        process.currentDirectoryURL = URL(filePath: folder)
        process.environment = ["PATH": "/usr/bin:/bin"].merging(environment) { _, new in new }
        return process
    }
}
