import ArgumentParser
import JOSE

/// `tessera user import`
struct UserImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Register many people, with the password hashes of another system.",
        discussion: """
            Each line of the file is a JSON object as the administration API takes it: username, and if you like email, \
            email_verified, password or password_hash (bcrypt, PBKDF2 or Argon2), attributes, groups and roles. A hash \
            is replaced by a better one when its owner signs in. Lines that are refused are reported, and the others \
            are done; so a file can be run again after it was corrected. \(Availability.needsServer)
            """)

    @Argument(help: "The file, or - for standard input.")
    var file: String

    @OptionGroup var server: ServerOptions

    func run() async throws {
        let client = await server.client()
        var lines = try LineInput(file)
        var (created, refused) = (Int64(0), [JSONValue]())
        while let line = try lines.next() {
            guard !line.text.isEmpty else { continue }
            do {
                try await client.send(.post, "/admin/v1/users", body: try Self.object(line.text))
                created += 1
            } catch let failure as CommandFailure where failure.status != .unreachable {
                refused.append(Self.refusal(failure, line: line.number))
                if !server.output.json { Console.complain("line \(line.number): \(failure.message)") }
            }
        }
        let answer = JSONObject([("created", .integer(created)), ("refused", .array(refused))])
        server.output.show(answer) { "Registered \($0.text("created")) people; \(refused.count) lines were refused." }
        guard refused.isEmpty else { throw ExitCode(ExitStatus.failure.rawValue) }
    }

    private static func object(_ line: [UInt8]) throws -> JSONObject {
        do { return try JSONObject(parsing: line, limits: .document(maximumBytes: LineInput.maximumBytes)) } catch {
            throw CommandFailure(.failure, "invalid_line", "is no JSON object: \(error)")
        }
    }

    private static func refusal(_ failure: CommandFailure, line: Int64) -> JSONValue {
        .object(
            JSONObject([
                ("line", .integer(line)), ("error", .string(failure.code)), ("message", .string(failure.message)),
            ]))
    }
}
