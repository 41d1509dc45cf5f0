import JOSE
import OAuth
import Storage
import StorageTesting
import Testing

/// What ``GrantStore`` promises.
@Suite struct GrantPromises {
    private let grant = Sample.grant()

    private func prepare(_ store: any Store) async throws {
        _ = try await store.insert(Sample.client(), recording: Sample.event())
        _ = try await store.insert(Sample.resource(), recording: Sample.event())
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `permits and finds the grant by every way`(kind: StoreUnderTest) async throws {
        try await kind.run { store async throws in
            try await prepare(store)
            let epoch = EpochKey.grant(grant.id)
            let permission = try await store.permit(grant, advancing: [epoch], recording: Sample.event("grant.given"))
            #expect(permission == .given(grant, [epoch: 1]))
            #expect(try await store.grant(grant.id) == grant)
            #expect(try await store.standingGrant(of: grant.client, at: grant.resource) == grant)
            #expect(try await store.grants(of: grant.client) == [grant])
            #expect(try await store.revocation(of: grant.id) == nil)
            #expect(try await store.events(AuditQuery(action: "grant.given")).count == 1)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `permits nothing to or at somebody unknown`(kind: StoreUnderTest) async throws {
        try await kind.run { store async throws in
            try await prepare(store)
            let epoch = EpochKey.grant(grant.id)
            for unknown in [Sample.grant(client: "nobody"), Sample.grant(resource: "https://nowhere.example")] {
                #expect(try await store.permit(unknown, advancing: [epoch], recording: Sample.event()) == .missing)
            }
            // A resource's client_id is no client.
            #expect(
                try await store.permit(Sample.grant(client: "api"), advancing: [], recording: Sample.event())
                    == .missing)
            #expect(try await store.events(AuditQuery()).count == 2)
            #expect(try await store.epochs().isEmpty)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `a second permission changes the scope and keeps id and creation`(kind: StoreUnderTest) async throws {
        try await kind.run { store async throws in
            try await prepare(store)
            _ = try await store.permit(grant, advancing: [], recording: Sample.event())
            let later = Sample.grant("g2", scope: ["write"], at: Sample.now + .seconds(60))
            guard case .given(let stored, _) = try await store.permit(later, advancing: [], recording: Sample.event())
            else {
                Issue.record("no grant was given")
                return
            }
            #expect(stored.id == grant.id && stored.createdAt == grant.createdAt)
            #expect(stored.scope == later.scope && stored.updatedAt == later.updatedAt)
            #expect(try await store.grant(grant.id) == stored)
            #expect(try await store.grant(later.id) == nil)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `ends once, and the first reason stays`(kind: StoreUnderTest) async throws {
        try await kind.run { store async throws in
            try await prepare(store)
            _ = try await store.permit(grant, advancing: [], recording: Sample.event())
            let epoch = EpochKey.grant(grant.id)
            func revoke(_ reason: RevocationReason) async throws -> Change {
                try await store.revoke(
                    grant.id, because: reason, advancing: [epoch], at: Sample.now,
                    recording: Sample.event("grant.ended"))
            }
            #expect(try await revoke(.administrator) == .done([epoch: 1]))
            #expect(try await revoke(.resourceDeleted) == .missing)
            #expect(try await store.revocation(of: grant.id) == .administrator)
            #expect(try await store.grant(grant.id) == nil)
            #expect(try await store.standingGrant(of: grant.client, at: grant.resource) == nil)
            _ = try await store.deleteClient(grant.client, advancing: [], recording: Sample.event())
            #expect(try await store.revocation(of: grant.id) == .administrator)
            #expect(try await store.epochs() == [epoch: 1])
            #expect(try await store.events(AuditQuery(action: "grant.ended")).count == 1)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `a permission after the end is a new grant`(kind: StoreUnderTest) async throws {
        try await kind.run { store async throws in
            try await prepare(store)
            _ = try await store.permit(grant, advancing: [], recording: Sample.event())
            _ = try await store.revoke(
                grant.id, because: .administrator, advancing: [], at: Sample.now, recording: Sample.event())
            let next = Sample.grant("g2")
            #expect(try await store.permit(next, advancing: [], recording: Sample.event()) == .given(next, [:]))
            #expect(try await store.revocation(of: grant.id) == .administrator)
            // An id is given once: nothing of the ended grant may come alive under its old name.
            _ = try await store.revoke(
                next.id, because: .administrator, advancing: [], at: Sample.now, recording: Sample.event())
            let events = try await store.events(AuditQuery()).count
            await #expect(throws: StoreError.self) {
                _ = try await store.permit(grant, advancing: [.grant(grant.id)], recording: Sample.event())
            }
            #expect(try await store.events(AuditQuery()).count == events)
            #expect(try await store.epochs().isEmpty)
        }
    }
}
