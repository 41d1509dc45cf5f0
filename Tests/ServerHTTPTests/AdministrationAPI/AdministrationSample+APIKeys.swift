import JOSE
import OAuth
import ServerHTTP
import Storage

extension AdministrationSample {
    static let apiKeys: [AdministrationSample] = [
        .init(.post, "/admin/v1/api-keys", event: "api_key.created") { _ in
            #"{"name":"K","client":"svc","permissions":{"https://orders.example":"read"}}"#
        },
        .init(.delete, "/admin/v1/api-keys/{id}", event: "api_key.ended", target: { try await $0.insertKey() }),
        .init(
            .post, "/admin/v1/api-keys/{id}/reroll", event: "api_key.rerolled",
            target: { try await $0.insertKey() + "/reroll" }),
        .init(
            .post, "/admin/v1/leaked-api-keys", event: "api_key.quarantined",
            body: { _ in #"{"api_key":"\#(AdministeredServer.apiKey.secret.revealedValue)"}"# },
            target: { server in
                _ = try await server.insertKey()
                return "/admin/v1/leaked-api-keys"
            }),
    ]
}

extension AdministeredServer {
    /// Of the client `svc`.
    static let apiKey = APIKeyText.make(from: SecretGenerator { [UInt8](0..<UInt8($0)) })

    /// The address of ``apiKey``, which leaves no event.
    func insertKey() async throws -> String {
        let key = APIKey(
            id: GrantID(unchecked: "key"), hash: TokenHash(of: Self.apiKey.secret),
            owner: .client(ClientID(unchecked: "svc")), name: "K",
            resourceScopes: [ResourceIndicator(unchecked: "https://orders.example"): Scope(unchecked: ["read"])],
            createdAt: Self.start, expiresAt: nil)
        _ = try await store.insert(key, most: 9, with: Effects([]))
        return "/admin/v1/api-keys/key"
    }
}
