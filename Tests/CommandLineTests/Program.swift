import Foundation
import TestSupport

/// The built program, run as an operator runs it.
struct Program: Sendable {
    /// What it said and how it ended.
    struct Outcome: Sendable {
        let status: Int32
        let output: String
        let complaint: String
        let time: Duration
    }

    /// It lies beside the tests that were built with it.
    static let path =
        URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent().path + "/tessera"

    let folder: String
    var environment: [String: String] = [:]

    func run(_ arguments: String..., input: String = "") async throws -> Outcome {
        try await run(arguments, input: input)
    }

    func run(_ arguments: [String], input: String = "") async throws -> Outcome {
        let said = try TestFolder()
        var files = ChildProcess.Files()
        (files.input, files.output, files.complaint) = (said.path + "/in", said.path + "/out", said.path + "/err")
        try Data(input.utf8).write(to: URL(filePath: files.input))
        let end = try await process(arguments, files, within: .seconds(240)).ended()
        return Outcome(
            status: end.status, output: try text(files.output), complaint: try text(files.complaint), time: end.time)
    }

    /// A server in the background; its log is a file in the folder.
    func start(_ arguments: String..., prefix: [String] = []) throws -> ChildProcess {
        var files = ChildProcess.Files()
        files.complaint = folder + "/server.log"
        return try process(arguments, files, within: .seconds(1200), prefix: prefix)
    }

    private func process(
        _ arguments: [String], _ files: ChildProcess.Files, within limit: Duration, prefix: [String] = []
    ) throws -> ChildProcess {
        try ChildProcess(
            prefix + [Self.path] + arguments, in: folder,
            environment: ["PATH": "/usr/bin:/bin"].merging(environment) { _, new in new }, files: files, within: limit)
    }

    private func text(_ path: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
    }
}
