import JOSE
import OAuth
import Storage
import StorageTesting
import Testing

/// What ``KeyStore`` and ``InstallationStore`` promise.
@Suite struct KeyPromises {
    @Test(arguments: StoreUnderTest.allCases)
    func `returns every member as it was stored`(kind: StoreUnderTest) async throws {
        try await kind.run { store async throws in
            var signing = Sample.key("a", purpose: .signing(.PS256))
            signing.retiredAt = Sample.now + .seconds(1)
            signing.removedAt = Sample.now + .seconds(2)
            let sealing = KeyRecord(
                id: KeyID(unchecked: "b"), purpose: .sealing, publicKey: "", sealedKey: [0, 255, 0],
                announcedAt: Sample.now - .seconds(5), activeFrom: Sample.now)
            try await store.save(new: [signing, sealing], changed: [], recording: [Sample.event(), Sample.event()])
            #expect(try await store.keys() == [sealing, signing])
            #expect(try await store.events(AuditQuery()).count == 2)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `changes the dates of a life, and never takes back distrust`(kind: StoreUnderTest) async throws {
        try await kind.run { store async throws in
            let key = Sample.key()
            try await store.save(new: [key], changed: [], recording: [])
            var distrusted = key
            distrusted.distrustedAt = Sample.now + .seconds(3)
            distrusted.retiredAt = Sample.now + .seconds(3)
            try await store.save(new: [], changed: [distrusted], recording: [])
            #expect(try await store.keys() == [distrusted])
            try await store.save(new: [], changed: [key], recording: [])
            let stored = try #require(try await store.keys().first)
            #expect(stored.distrustedAt == Sample.now + .seconds(3))
            #expect(stored.retiredAt == nil)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `saves all or nothing`(kind: StoreUnderTest) async throws {
        try await kind.run { store async throws in
            try await store.save(new: [Sample.key("old")], changed: [], recording: [])
            await #expect(throws: StoreError.self) {
                try await store.save(
                    new: [Sample.key("new")], changed: [Sample.key("unknown")], recording: [Sample.event()])
            }
            await #expect(throws: StoreError.self) {
                try await store.save(
                    new: [Sample.key("new"), Sample.key("old")], changed: [], recording: [Sample.event()])
            }
            #expect(try await store.keys().map(\.id.rawValue) == ["old"])
            #expect(try await store.events(AuditQuery()).isEmpty)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `removes keys from the second of their removal on`(kind: StoreUnderTest) async throws {
        try await kind.run { store async throws in
            var key = Sample.key("going")
            key.removedAt = Sample.now
            try await store.save(new: [key, Sample.key("staying")], changed: [], recording: [])
            let event = { @Sendable (id: KeyID) in
                AuditEvent(at: Sample.now, action: "key.removed", actor: "system", target: "key:\(id)")
            }
            #expect(try await store.removeKeys(at: Sample.now - .seconds(1), recording: event).isEmpty)
            #expect(try await store.events(AuditQuery()).isEmpty)
            #expect(try await store.removeKeys(at: Sample.now, recording: event) == [key.id])
            #expect(try await store.keys().map(\.id.rawValue) == ["staying"])
            #expect(try await store.events(AuditQuery()).map(\.target) == ["key:going"])
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `replaces all data keys at once`(kind: StoreUnderTest) async throws {
        try await kind.run { store async throws in
            try await store.replaceWrappedDataKeys(["d1": [1, 2], "d2": [3]], recording: Sample.event())
            try await store.replaceWrappedDataKeys(["d2": [4], "d3": [5]], recording: Sample.event())
            #expect(try await store.wrappedDataKeys() == ["d2": [4], "d3": [5]])
            #expect(try await store.events(AuditQuery()).count == 2)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `belongs to the issuer that came first`(kind: StoreUnderTest) async throws {
        try await kind.run { store async throws in
            #expect(try await store.claimIssuer("https://a.example") == "https://a.example")
            #expect(try await store.claimIssuer("https://b.example") == "https://a.example")
        }
    }
}
