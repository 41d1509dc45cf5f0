import JOSE
import OAuth
import TestSupport
import Testing

/// What RFC 7591 asks of the names and secrets that clients get when they register themselves.
@Suite(.timeLimit(.minutes(5))) struct `A client that registers itself over the wire` {
    private static let metadata = #"{"redirect_uris":["https://new.example/cb"],"client_id":"ada","client_secret":"x"}"#

    @Test(
        .requirement(
            "7591-3.1-1", "7591-3.2.1-1", "7591-3.2.1-2", "7591-3.2.1-3", "7591-3.2.1-4", "7591-3.2.1-6",
            "9700-4.15.1-1"))
    func `gets an identifier and a secret that nobody else has`() async throws {
        try await ConformanceServer.run { server in
            var seen: Set<String> = ["ada", "x"]
            for _ in 0..<2 {
                let answer = try await server.live.exchange(
                    RequestText.request("POST", "/clients", ["content-type: application/json"], body: Self.metadata))
                #expect(answer.status == 201 && answer.header("content-type") == "application/json")
                #expect(answer.header("cache-control") == "no-store")
                let client = try JSONObject(parsing: Array(answer.body.utf8))
                for name in ["client_id", "client_secret", "registration_access_token"] {
                    #expect(seen.insert(try #require(client.string(name))).inserted, "\(name) is somebody else's")
                }
                #expect(client.integer("client_secret_expires_at") == 0)
            }
        }
    }
}
