import Foundation
import JOSE
import OAuth
import Storage
import StorageSQLite
import StorageTesting
import TestSupport
import Testing

/// What only a file can show: what survives, and what stands in it.
@Suite struct SQLitePeopleTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func open() async throws -> SQLiteStore { try await SQLiteStore.open(path: folder.database) }

    private func prepare(_ store: SQLiteStore) async throws {
        let client = Sample.application(backchannelLogoutURI: "https://app.example/logout")
        _ = try await store.insert(client, recording: Sample.event())
        _ = try await store.insert(Sample.user(), password: Sample.password(), with: Effects([]))
        _ = try await store.insert(Sample.session(), replacing: nil, knowing: nil, with: Effects([]))
        for id in ["a1", "a2", "a3"] { try await store.start(Sample.authorization(id)) }
    }

    private func rotate(
        _ id: String, _ generation: Int64, after seconds: Int64 = 0, in store: SQLiteStore
    ) async throws
        -> Rotation
    {
        try await store.rotate(
            GrantID(unchecked: id), presenting: generation, under: RotationPolicy(),
            at: Sample.now + .seconds(seconds), with: .sample)
    }

    @Test func `codes that nobody spent are swept by their time, without reading all of them`() async throws {
        let store = try await open()
        try await prepare(store)
        await store.close()
        let raw = try RawDatabase(folder.database)
        let plan = try raw.plan(of: "\(SQLiteStore.sweepOfUnspentCodes)")
        try raw.close()
        #expect(plan.contains("SEARCH authorization_code USING INDEX authorization_code_expiry (expires_at<?)"))
        #expect(!plan.contains { $0.hasPrefix("SCAN") }, "\(plan)")
    }

    @Test func `nothing that ended comes back after the file was closed and opened`() async throws {
        var store = try await open()
        try await prepare(store)
        #expect(try await rotate("a1", 1, in: store) == .rotated(head: 2))
        let theft = Ended(grants: [GrantID(unchecked: "a1")], logouts: 1)
        #expect(try await rotate("a1", 1, after: 20, in: store) == .reused(theft))
        #expect(try await rotate("a2", 1, in: store) == .rotated(head: 2))
        let ended = try await store.end(
            .grant(GrantID(unchecked: "a3")), because: .tokenRevoked, at: Sample.now, with: Effects([]))
        #expect(ended.grants.count == 1)
        await store.close()

        store = try await open()
        for generation: Int64 in 1...3 {
            #expect(try await rotate("a1", generation, after: 20, in: store) == .ended)
            #expect(try await rotate("a3", generation, in: store) == .ended)
        }
        #expect(try await store.redeem(Sample.code("a2").hash, starting: nil, at: Sample.now) == .replayed)
        // The parent, in time, gets the same successor as before.
        #expect(try await rotate("a2", 1, after: 9, in: store) == .repeated(head: 2))
        #expect(try await rotate("a2", 2, after: 9, in: store) == .rotated(head: 3))
        #expect(try await store.endedGrants(since: Sample.now - .seconds(1), forgettingAfter: 0).count == 2)
        _ = try await store.end(.session(Sample.session().id), because: .signedOut, at: Sample.now, with: Effects([]))
        await store.close()

        store = try await open()
        #expect(try await store.session(Sample.session().hash, at: Sample.now) == nil)
        #expect(try await rotate("a2", 3, in: store) == .ended)
        #expect(try await store.dueLogouts(at: Sample.now, limit: 9, perClient: 9).count == 1)
        await store.close()
    }

    @Test(.requirement("6749-10.3-1", "6749-10.4-1")) func `what a person holds is nowhere in the file in clear`()
        async throws
    {
        let store = try await open()
        try await prepare(store)
        try await store.insert(Sample.pending())
        _ = try await store.insert(Sample.link(), perHour: 9, with: Sample.effects(mails: [Sample.mail()]))
        let browser = KnownBrowser(
            subject: Sample.user().id, hash: Sample.hash("known browser secret"), lastSeenAt: Sample.now)
        _ = try await store.insert(Sample.session("s2"), replacing: nil, knowing: browser, with: Effects([]))
        await store.close()
        var bytes = Data()
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
            bytes.append(try Data(contentsOf: URL(filePath: folder.file(name))))
        }
        // The secrets from which the samples make their hashes.
        for secret in ["session s1", "session s2", "code a1", "pending p1", "link l1", "known browser secret"] {
            #expect(bytes.range(of: Data(secret.utf8)) == nil)
            #expect(bytes.range(of: Data(TokenHash(of: Secret(secret)).bytes)) != nil)
        }
    }

    @Test func `a deleted person's traces are overwritten`() async throws {
        let store = try await open()
        try await prepare(store)
        try await store.give(Sample.consent(), with: Effects([]))
        _ = try await store.deleteUser(Sample.user().id, at: Sample.now, with: Effects([]))
        await store.close()
        let bytes = try Data(contentsOf: URL(filePath: folder.database))
        for trace in ["u1@example.com", "name-u1", "$argon2id$sample", "192.0.2.7", "Sample/1"] {
            #expect(bytes.range(of: Data(trace.utf8)) == nil)
        }
    }

    @Test func `damage in a row about people names its table and column`() async throws {
        let store = try await open()
        try await prepare(store)
        await store.close()
        let raw = try RawDatabase(folder.database)
        try raw.execute("UPDATE refresh_family SET spent = x'00' WHERE authorization = 'a1'")
        try raw.execute("UPDATE authorization SET resource_scopes = 'not-a-resource x' WHERE id = 'a2'")
        try raw.execute("UPDATE user SET groups = '{}'")
        try raw.execute(
            "UPDATE client SET relying_party = json_insert(relying_party, '$.requires_proof', json('true'))")
        try raw.close()
        let damaged = try await open()
        await #expect(throws: StoreError.damaged("refresh_family.spent")) {
            _ = try await damaged.refreshRecord(GrantID(unchecked: "a1"), at: Sample.now)
        }
        await #expect(throws: StoreError.damaged("refresh_family.spent")) { _ = try await rotate("a1", 1, in: damaged) }
        await #expect(throws: StoreError.damaged("authorization.resource_scopes")) {
            _ = try await damaged.authorization(GrantID(unchecked: "a2"))
        }
        await #expect(throws: StoreError.damaged("user.groups")) { _ = try await damaged.user(Sample.user().id) }
        // What this program does not know may be a restriction.
        await #expect(throws: StoreError.damaged("client.relying_party")) {
            _ = try await damaged.client(Sample.application().id)
        }
        await damaged.close()
    }

    @Test func `a session ends even if the row of a client in it is damaged`() async throws {
        let store = try await open()
        try await prepare(store)
        await store.close()
        let raw = try RawDatabase(folder.database)
        try raw.execute("UPDATE client SET relying_party = '{'")
        try raw.close()
        let damaged = try await open()
        let ended = try await damaged.end(
            .session(Sample.session().id), because: .signedOut, at: Sample.now, with: Effects([]))
        #expect(ended.sessions.count == 1 && ended.grants.count == 3 && ended.logouts == 0)
        await damaged.close()
    }

    @Test func `a closed store answers reads of people that it is closed`() async throws {
        let store = try await open()
        await store.close()
        await #expect(throws: StoreError.closed) { _ = try await store.user(Sample.user().id) }
        await #expect(throws: StoreError.closed) { _ = try await store.sessions(of: Sample.user().id, at: Sample.now) }
        await #expect(throws: StoreError.closed) { _ = try await rotate("a1", 1, in: store) }
    }

    @Test func `a copy holds people, too, and is found to be whole`() async throws {
        let store = try await open()
        try await prepare(store)
        let path = folder.file("copy.sqlite")
        try await store.backUp(to: path)
        await store.close()
        #expect(try await SQLiteStore.integrityProblems(of: path).isEmpty)
        let copy = try await SQLiteStore.open(path: path)
        #expect(try await copy.session(Sample.session().hash, at: Sample.now) == Sample.session())
        #expect(try await rotate("a1", 1, in: copy) == .rotated(head: 2))
        await copy.close()
    }

    @Test func `what cannot be together is found by the integrity check`() async throws {
        let store = try await open()
        try await prepare(store)
        await store.close()
        #expect(try await SQLiteStore.integrityProblems(of: folder.database).isEmpty)
        let raw = try RawDatabase(folder.database)
        try raw.execute("DELETE FROM login_name WHERE name = 'name-u1'")
        try raw.execute("UPDATE session SET ended_at = 1, end_reason = 'signedOut'")
        try raw.execute("UPDATE authorization SET subject = 'nobody' WHERE id = 'a1'")
        try raw.execute("UPDATE refresh_family SET head = 0 WHERE authorization = 'a2'")
        try raw.close()
        let problems = try await SQLiteStore.integrityProblems(of: folder.database)
        #expect(problems.count == 4)
    }
}
