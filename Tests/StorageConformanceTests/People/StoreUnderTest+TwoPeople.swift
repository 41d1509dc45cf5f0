import OAuth
import Storage
import StorageTesting

extension StoreUnderTest {
    /// What the two people of ``runWithTwoPeople(_:)`` gave.
    static let given: [(id: String, client: String, user: String, session: String, isOffline: Bool)] = [
        ("online", "app", "u1", "s1", false), ("offline", "app", "u1", "s1", true),
        ("other-client", "second", "u1", "s1", false), ("other-session", "app", "u1", "s2", false),
        ("other-session-offline", "second", "u1", "s2", true), ("other-person", "app", "u2", "s3", false),
    ]

    /// Two people; `u1` is signed in twice and gave something to two clients, online and offline.
    func runWithTwoPeople(_ body: (any Store) async throws -> Void) async throws {
        try await runWithPerson { store async throws in
            let second = Sample.application("second", backchannelLogoutURI: "https://second.example/logout")
            _ = try await store.insert(second, recording: Sample.event("client.created"))
            _ = try await store.insert(Sample.user("u2"), password: nil, with: Effects([]))
            for (id, user) in [("s2", "u1"), ("s3", "u2")] {
                _ = try await store.insert(
                    Sample.session(id, of: user), replacing: nil, knowing: nil, with: Effects([]))
            }
            for row in Self.given {
                try await store.start(
                    Sample.authorization(
                        row.id, client: row.client, of: row.user, in: row.session, isOffline: row.isOffline))
            }
            for (user, client) in [("u1", "app"), ("u1", "second"), ("u2", "app")] {
                try await store.give(Sample.consent(of: user, to: client), with: Effects([]))
            }
            try await body(store)
        }
    }
}
