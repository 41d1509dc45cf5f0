import AuthorizationServer
import FoundationEssentials
import JOSE
import OAuth
import ServerHTTP
import Storage
import Testing

@Suite struct `The operations of the administration API` {
    /// Methods and rights by path, as `openapi.yaml` lists them.
    private func described() throws -> [String: String] {
        let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Sources/ServerHTTP/AdministrationAPI/openapi.yaml")
        let text = String(decoding: try Data(contentsOf: file), as: UTF8.self)
        var operations: [String: String] = [:]
        var (path, operation) = ("", "")
        for line in text.split(separator: "\n") {
            if line.hasPrefix("components:") { break }
            if line.hasPrefix("  /") {
                path = String(line.dropFirst(2).dropLast())
            } else if line.hasPrefix("    "), !line.hasPrefix("     "), !path.isEmpty {
                operation = line.dropFirst(4).dropLast().uppercased() + " " + path
                operations[operation] = "open"
            } else if line.hasPrefix("      x-right: ") {
                operations[operation] = String(line.dropFirst(15))
            }
        }
        return operations
    }

    @Test func `are those that its description names, with the same rights`() throws {
        let routes = Dictionary(
            uniqueKeysWithValues: AdministrationRoute.all.map { route in
                (
                    "\(route.method.rawValue) \(route.path)",
                    route.right.map { String($0.rawValue.dropFirst(14)) } ?? "open"
                )
            })
        #expect(try described() == routes)
    }

    @Test func `that change something all have a sample here`() {
        let changing = AdministrationRoute.all.filter { $0.right == .write }.map { "\($0.method.rawValue) \($0.path)" }
        #expect(Set(changing) == Set(AdministrationSample.all.map { "\($0.method.rawValue) \($0.path)" }))
        // Only reading and inspecting go without the right to write.
        let others = AdministrationRoute.all.filter { $0.right != .write && $0.method != .get }.map(\.path)
        #expect(others == ["/admin/v1/tokens/inspect"])
    }

    @Test(arguments: AdministrationSample.all.indices)
    func `leave an event of each change`(index: Int) async throws {
        let sample = AdministrationSample.all[index]
        let server = try await AdministeredServer()
        _ = try await server.register()
        let before = try await server.events().count
        let reply = await server.socket(sample.method, try await sample.target(server), try await sample.body(server))
        #expect((200..<300).contains(reply.status), "\(sample.method) \(sample.path): \(reply.text)")
        let events = try await server.events().dropFirst(before)
        let event = try #require(events.first { $0.action == sample.event }, "\(sample.path)")
        #expect(event.actor == "uid:0" && event.outcome == .success)
        #expect(event.address == "unix" && event.requestID == "req-1")
    }

    @Test(arguments: AdministrationSample.all.indices)
    func `that change something are closed to a reader`(index: Int) async throws {
        let sample = AdministrationSample.all[index]
        let server = try await AdministeredServer()
        _ = try await server.register()
        let token = try await server.token(of: "ro", scope: "tessera:admin:read")
        let target = try await sample.target(server)
        let before = try await server.events()
        let reply = await server.network(sample.method, target, try await sample.body(server), token: token)
        #expect(reply.status == 403 && reply.error == "insufficient_scope")
        #expect(reply.header("www-authenticate")?.contains(#"scope="tessera:admin:write""#) == true)
        #expect(try await server.events() == before)
    }

    @Test(arguments: AdministrationRoute.all.filter { $0.right != nil }.map { "\($0.method.rawValue) \($0.path)" })
    func `demand a token over the network`(operation: String) async throws {
        let parts = operation.split(separator: " ").map(String.init)
        let method = try #require(RequestMethod(rawValue: parts[0]))
        let target = parts[1].replacing("{id}", with: "svc").replacing("{kid}", with: "k").replacing(
            "{secret}", with: "s")
        let server = try await AdministeredServer()
        let reply = await server.network(method, target, "{}")
        #expect(reply.status == 401)
        // RFC 6750 §3.1: no error code without credentials.
        #expect(reply.header("www-authenticate") == #"Bearer realm="tessera-admin""#)
        for wrong in ["x", "tsa_x", "a.b.c", ""] {
            let refused = await server.network(method, target, "{}", token: Secret(wrong))
            #expect(refused.status == 401 && refused.error == "invalid_token")
            #expect(refused.header("www-authenticate")?.contains(#"error="invalid_token""#) == true)
        }
    }
}
