import ArgumentParser
import JOSE

/// The secrets of clients and of resources are added and removed alike; only the path differs.
enum SecretCommands {
    static func add(to owners: String, id: String, expiresOldIn: Int?, server: ServerOptions) async throws {
        var body: JSONObject?
        if let expiresOldIn { body = JSONObject([("expires_old_in", .integer(Int64(expiresOldIn)))]) }
        let path = "/admin/v1/\(owners)/\(AdministrationClient.segment(id))/secrets"
        let answer = try await server.client().send(.post, path, body: body)
        server.output.show(answer, SecretText.created)
    }

    static func remove(from owners: String, id: String, secret: String, server: ServerOptions) async throws {
        let path = "/admin/v1/\(owners)/\(AdministrationClient.segment(id))/secrets/"
        try await server.client().send(.delete, path + AdministrationClient.segment(secret))
        server.output.confirm("Removed the secret \(secret) of \(id); it is no longer accepted.")
    }
}
