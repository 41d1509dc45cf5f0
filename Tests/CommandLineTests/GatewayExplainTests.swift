import Foundation
import TestSupport
import Testing

/// What `tessera explain` knows of a gateway's refusals, asked of the program.
@Suite(.timeLimit(.minutes(10))) struct `The decisions of a gateway` {
    private static let routes = "routes:\n  - path: /files\n    scope: read\n"
    private static let gateway = """
          issuer: https://id.example.com
          resource: https://api.example.com
          routes: routes.yaml
          forward-auth:
            socket: ask.sock
        proxy:
          trusted: [unix]

        """

    /// Asks as nginx does, and tells the name that the caller may know the request by.
    private func ask(_ folder: String, _ target: String, _ fields: String...) throws -> (answer: String, id: String) {
        let lines =
            [
                "GET /forward-auth HTTP/1.1", "Host: api.example.com", "X-Original-Method: GET",
                "X-Original-URI: \(target)",
            ]
            + fields + ["Connection: close", "", ""]
        let connection = try #require(
            HeldConnection(to: folder + "/ask.sock", sending: lines.joined(separator: "\r\n")))
        let answer = connection.answer()
        let line = answer.split(separator: "\r\n").first { $0.lowercased().hasPrefix("x-request-id: ") }
        return (answer, String(try #require(line).dropFirst("x-request-id: ".count)))
    }

    @Test func `are told by the server that it is part of, and the caller learns none of it`() async throws {
        let server = try await RunningServer(
            settings: "gateway:\n  enabled: true\n"
                + Self.gateway.replacing("  issuer: https://id.example.com\n", with: ""),
            files: ["routes.yaml": Self.routes])
        let (answer, id) = try ask(server.program.folder, "/files/../1")
        #expect(answer.hasPrefix("HTTP/1.1 403") && !answer.contains("dot_segment"))
        #expect(answer.firstMatch(of: /\bd_[A-Za-z0-9_-]{16}/) == nil, "the name of a decision is the operator's")
        let told = try await server.program.run("explain", id)
        #expect(told.status == 0, "\(told.complaint)")
        for text in ["path_dot_segment", "/files/../1", "GET api.example.com/files/../1", "forward_auth", "d_"] {
            #expect(told.output.contains(text), "\(text)")
        }
        let list = try await server.program.run(
            "explain", "list", "--check", "path_dot_segment", "--endpoint", "forward_auth")
        #expect(list.output.contains("/files/../1"))
        let none = try await server.program.run("explain", "list", "--check", "no_such_check")
        #expect(none.status != 0 && none.complaint.contains("is no check"))
    }

    @Test func `are told by a gateway that runs alone at a socket of its own`() async throws {
        let folder = try TestFolder()
        let program = Program(folder: folder.path)
        let settings = "gateway:\n" + Self.gateway + "explain:\n  socket: explain.sock\n  entries: 20\n"
        try Data(settings.utf8).write(to: URL(filePath: folder.path + "/gateway.yaml"))
        try Data(Self.routes.utf8).write(to: URL(filePath: folder.path + "/routes.yaml"))
        let process = try program.start("gateway", "--config", "gateway.yaml")
        defer { process.signal(SIGKILL) }
        try await eventually {
            ["ask.sock", "explain.sock"].allSatisfy { access(folder.path + "/" + $0, F_OK) == 0 } || !process.isRunning
        }
        try #require(process.isRunning, "the gateway did not start")

        let token = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJlLWJ5dGVz"
        let (_, first) = try ask(folder.path, "/files/%2f", "Authorization: Bearer \(token)")
        // A flood of other refusals leaves it where it is.
        for number in 0..<100 { _ = try ask(folder.path, "/elsewhere/\(number)") }
        let told = try await program.run("explain", "--socket", "explain.sock", first)
        #expect(told.status == 0, "\(told.complaint)")
        for text in ["path_hidden_separator", "/files/%2f", "an escaped slash", "forward_auth"] {
            #expect(told.output.contains(text), "\(text)")
        }
        #expect(!told.output.contains("eyJ"))
        let list = try await program.run("explain", "list", "--socket", "explain.sock", "--limit", "1000", "--json")
        #expect(list.output.split(separator: "\"route_unknown\"").count - 1 <= 40)
        #expect(
            list.output.contains(first) && list.output.contains("/elsewhere/99")
                && !list.output.contains("/elsewhere/1\""))
        let unknown = try await program.run("explain", "--socket", "explain.sock", "d_AAAAAAAAAAAAAAAA")
        #expect(unknown.status != 0)
        let tokens = try await program.run("explain", "--socket", "explain.sock", token)
        #expect(tokens.status != 0, "a gateway inspects no tokens")

        let facts = try FileManager.default.attributesOfItem(atPath: folder.path + "/explain.sock")
        #expect((facts[.posixPermissions] as? NSNumber)?.intValue == 0o600)
        process.signal(SIGTERM)
        try await eventually { !process.isRunning }
    }
}
