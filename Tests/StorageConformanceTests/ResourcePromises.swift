import JOSE
import OAuth
import Storage
import StorageTesting
import Testing

/// What ``ResourceStore`` promises.
@Suite struct ResourcePromises {
    @Test(arguments: StoreUnderTest.allCases)
    func `returns every member as it was stored, by id and by identifier`(kind: StoreUnderTest) async throws {
        try await kind.run { store async throws in
            var resource = Sample.resource(scope: ["write", "read", "admin"], tokenFormat: .opaque)
            resource.accessTokenLifetime = 77
            resource.signingAlgorithm = .EdDSA
            resource.formerSigningAlgorithm = .ES384
            resource.isEnabled = false
            resource.credentials.secrets = [Sample.secret()]
            resource.scopeDescriptions = [
                "read": ScopeDescription("See “all”", translations: ["de": "Alles sehen", "fr": "Tout voir"]),
                "admin": ScopeDescription("Rule"),
            ]
            #expect(try await store.insert(resource, recording: Sample.event()) == .inserted)
            #expect(try await store.resource(resource.id) == resource)
            #expect(try await store.resource(identifiedBy: resource.identifier) == resource)
            let stored = try await store.resource(resource.id)
            #expect(stored?.scope.tokens == ["write", "read", "admin"])
            resource.scopeDescriptions["admin"] = nil
            resource.formerSigningAlgorithm = .RS256
            _ = try await store.update(resource, advancing: [], recording: Sample.event())
            #expect(try await store.resource(resource.id)?.formerSigningAlgorithm == .RS256)
            #expect(try await store.resource(resource.id)?.scopeDescriptions == resource.scopeDescriptions)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `refuses a taken identifier and leaves nothing of it`(kind: StoreUnderTest) async throws {
        try await kind.run { store async throws in
            _ = try await store.insert(Sample.resource("a", identifier: "https://x.example"), recording: Sample.event())
            let second = Sample.resource("b", identifier: "https://x.example")
            #expect(try await store.insert(second, recording: Sample.event()) == .exists)
            #expect(try await store.resource(second.id) == nil)
            // The client_id of the refused one is still free.
            #expect(try await store.insert(Sample.client("b"), recording: Sample.event()) == .inserted)
            let other = ResourceIndicator(unchecked: "https://X.example")
            #expect(try await store.resource(identifiedBy: other) == nil)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `lists in the order of the ids, page by page`(kind: StoreUnderTest) async throws {
        try await kind.run { store async throws in
            for id in ["c", "a", "b"] { _ = try await store.insert(Sample.resource(id), recording: Sample.event()) }
            #expect(try await store.resources(after: nil, limit: 2).map(\.id.rawValue) == ["a", "b"])
            #expect(try await store.resources(after: ClientID(unchecked: "b"), limit: 2).map(\.id.rawValue) == ["c"])
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `updates only the version that was read, with epochs and event`(kind: StoreUnderTest) async throws {
        try await kind.run { store async throws in
            var resource = Sample.resource()
            _ = try await store.insert(resource, recording: Sample.event())
            resource.scope = Scope(unchecked: ["only"])
            let epoch = EpochKey.resource(resource.identifier)
            #expect(
                try await store.update(resource, advancing: [epoch], recording: Sample.event()) == .done([epoch: 1]))
            #expect(try await store.resource(resource.id)?.scope.tokens == ["only"])
            #expect(try await store.resource(resource.id)?.version == 2)
            #expect(try await store.update(resource, advancing: [epoch], recording: Sample.event()) == .conflict)
            let unknown = Sample.resource("unknown")
            #expect(try await store.update(unknown, advancing: [epoch], recording: Sample.event()) == .missing)
            #expect(try await store.events(AuditQuery()).count == 2)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `deletes with the grants at it, and its epochs outlive it`(kind: StoreUnderTest) async throws {
        try await kind.run { store async throws in
            let resource = Sample.resource()
            let epoch = EpochKey.resource(resource.identifier)
            _ = try await store.insert(Sample.client(), recording: Sample.event())
            _ = try await store.insert(resource, recording: Sample.event())
            _ = try await store.permit(Sample.grant(), advancing: [], recording: Sample.event())
            let deleted = try await store.deleteResource(resource.id, advancing: [epoch], recording: Sample.event())
            #expect(deleted == ClientEnding(.done([epoch: 1])))
            #expect(try await store.resource(resource.id) == nil)
            #expect(try await store.revocation(of: Sample.grant().id) == .resourceDeleted)
            let again = try await store.deleteResource(resource.id, advancing: [epoch], recording: Sample.event())
            #expect(again == ClientEnding(.missing))
            #expect(try await store.epochs() == [epoch: 1])
            #expect(try await store.insert(resource, recording: Sample.event()) == .inserted)
            #expect(try await store.standingGrant(of: Sample.client().id, at: resource.identifier) == nil)
        }
    }
}
