import Crypto
import JOSE
import OAuth
import Storage
import StorageTesting
import Testing

/// What ``ClientStore`` promises.
@Suite struct ClientPromises {
    private func full() throws -> RegisteredClient {
        let key = try SigningKey.generate(.ES256).verificationKey.jwk
        var client = Sample.client("full", method: .privateKeyJWT)
        client.name = "Zoë \"quoted\" \\ 'single'; DROP TABLE client; --"
        client.isEnabled = false
        client.credentials.secrets = [
            Sample.secret("s1", value: "a"), Sample.secret("s2", value: "b", expiresAt: Sample.now + .seconds(5)),
        ]
        client.credentials.keySet = JWKSet(keys: [key])
        client.credentials.assertionAlgorithm = .ES256
        client.allowedOrigins = ["https://app.example", "https://other.example:8443"]
        return client
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `returns every member as it was stored`(kind: StoreUnderTest) async throws {
        try await kind.run { store async throws in
            let client = try full()
            #expect(try await store.insert(client, recording: Sample.event()) == .inserted)
            #expect(try await store.client(client.id) == client)
            var remote = Sample.client("remote", method: .privateKeyJWT)
            remote.credentials.keySetURL = "https://client.example/jwks"
            _ = try await store.insert(remote, recording: Sample.event())
            #expect(try await store.client(remote.id) == remote)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `tells identifiers apart byte by byte`(kind: StoreUnderTest) async throws {
        try await kind.run { store async throws in
            for id in ["svc", "SVC", "svc.", "sv"] {
                #expect(try await store.insert(Sample.client(id), recording: Sample.event()) == .inserted)
            }
            #expect(try await store.client(ClientID(unchecked: "Svc")) == nil)
            #expect(try await store.client(ClientID(unchecked: "SVC"))?.name == "Client SVC")
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `refuses a taken client_id and leaves no event of it`(kind: StoreUnderTest) async throws {
        try await kind.run { store async throws in
            _ = try await store.insert(Sample.client("a"), recording: Sample.event())
            #expect(try await store.insert(Sample.client("a"), recording: Sample.event()) == .exists)
            #expect(try await store.insert(Sample.resource("a"), recording: Sample.event()) == .exists)
            _ = try await store.insert(Sample.resource("b"), recording: Sample.event())
            #expect(try await store.insert(Sample.client("b"), recording: Sample.event()) == .exists)
            #expect(try await store.events(AuditQuery()).count == 2)
            #expect(try await store.resource(Sample.client("a").id) == nil)
            #expect(try await store.client(Sample.client("b").id) == nil)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `never gives a client or a resource the id of a person, nor a person theirs`(
        kind: StoreUnderTest
    ) async throws {
        try await kind.run { store async throws in
            let person = Sample.user("u1")
            #expect(try await store.insert(person, password: nil, with: Effects([])) == .inserted)
            #expect(try await store.insert(Sample.client("u1"), recording: Sample.event()) == .exists)
            #expect(try await store.insert(Sample.resource("u1"), recording: Sample.event()) == .exists)
            let terms = RegistrationTerms(spending: nil, maximumClients: 9, at: Sample.now)
            let registration = try await store.register(
                Sample.application("u1"), on: terms, recording: Sample.event())
            #expect(registration == .exists)
            #expect(try await store.client(ClientID(unchecked: "u1")) == nil)
            #expect(try await store.resource(ClientID(unchecked: "u1")) == nil)
            _ = try await store.insert(Sample.client("svc"), recording: Sample.event("made"))
            _ = try await store.insert(Sample.resource("api"), recording: Sample.event("made"))
            for id in ["svc", "api"] {
                #expect(try await store.insert(Sample.user(id), password: nil, with: Effects([])) == .exists)
                #expect(try await store.user(Subject(unchecked: id)) == nil)
            }
            #expect(try await store.events(AuditQuery()).map(\.action) == ["made", "made"])
            // What is gone takes no name.
            _ = try await store.deleteClient(ClientID(unchecked: "svc"), advancing: [], recording: Sample.event())
            #expect(try await store.insert(Sample.user("svc"), password: nil, with: Effects([])) == .inserted)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `lists in the order of the ids, page by page`(kind: StoreUnderTest) async throws {
        try await kind.run { store async throws in
            for id in ["c", "a", "e", "B", "d"] {
                _ = try await store.insert(Sample.client(id), recording: Sample.event())
            }
            #expect(try await store.clients(after: nil, limit: 3).map(\.id.rawValue) == ["B", "a", "c"])
            #expect(
                try await store.clients(after: ClientID(unchecked: "c"), limit: 3).map(\.id.rawValue) == ["d", "e"])
            #expect(try await store.clients(after: nil, limit: 0).isEmpty)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `updates only the version that was read, with epochs and event`(kind: StoreUnderTest) async throws {
        try await kind.run { store async throws in
            var client = Sample.client()
            _ = try await store.insert(client, recording: Sample.event("client.created"))
            client.name = "New"
            client.isEnabled = false
            client.updatedAt = Sample.now + .seconds(9)
            let epoch = EpochKey.client(client.id)
            #expect(
                try await store.update(client, advancing: [epoch], recording: Sample.event("client.updated"))
                    == .done([epoch: 1]))
            let stored = try #require(try await store.client(client.id))
            #expect(stored.version == 2 && stored.name == "New" && !stored.isEnabled)
            #expect(stored.updatedAt == Sample.now + .seconds(9) && stored.createdAt == Sample.now)
            #expect(
                try await store.update(client, advancing: [epoch], recording: Sample.event("client.updated"))
                    == .conflict)
            #expect(
                try await store.update(Sample.client("nobody"), advancing: [epoch], recording: Sample.event())
                    == .missing)
            #expect(try await store.epochs() == [epoch: 1])
            #expect(try await store.events(AuditQuery()).map(\.action) == ["client.created", "client.updated"])
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `deletes with its grants, and its epochs outlive it`(kind: StoreUnderTest) async throws {
        try await kind.run { store async throws in
            let client = Sample.client()
            let epoch = EpochKey.client(client.id)
            _ = try await store.insert(client, recording: Sample.event())
            _ = try await store.insert(Sample.client("other"), recording: Sample.event())
            _ = try await store.insert(Sample.resource(), recording: Sample.event())
            _ = try await store.permit(Sample.grant(), advancing: [], recording: Sample.event())
            _ = try await store.permit(Sample.grant("g2", client: "other"), advancing: [], recording: Sample.event())
            let deleted = try await store.deleteClient(
                client.id, advancing: [epoch], recording: Sample.event("client.deleted"))
            #expect(deleted == ClientEnding(.done([epoch: 1])))
            #expect(try await store.client(client.id) == nil)
            #expect(try await store.grant(Sample.grant().id) == nil)
            #expect(try await store.revocation(of: Sample.grant().id) == .clientDeleted)
            #expect(try await store.grant(GrantID(unchecked: "g2")) != nil)
            let again = try await store.deleteClient(client.id, advancing: [epoch], recording: Sample.event())
            #expect(again == ClientEnding(.missing))
            #expect(try await store.insert(client, recording: Sample.event()) == .inserted)
            #expect(try await store.epochs() == [epoch: 1])
            #expect(try await store.grants(of: client.id).isEmpty)
            #expect(try await store.events(AuditQuery(action: "client.deleted")).count == 1)
        }
    }
}
