import JOSE
import OAuth
import Storage
import StorageSQLite
import StorageTesting
import Testing

/// Migrations: from every earlier version with its rows, all or nothing, never back.
@Suite struct SQLiteMigrationTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func make(_ sql: String) throws {
        let raw = try RawDatabase(folder.database)
        try raw.execute(sql)
        try raw.close()
    }

    /// Tables and indices with their text.
    private func schema() throws -> [String] {
        try RawDatabase(folder.database).texts(
            "SELECT name || ': ' || coalesce(sql, '') FROM sqlite_schema ORDER BY name")
    }

    @Test func `there is a golden database of each version`() {
        #expect(GoldenSchema.all.map(\.version) == Migration.all.map(\.version))
        #expect(Migration.all.map(\.version) == Array(1...Migration.all.count))
    }

    @Test(arguments: GoldenSchema.all.map(\.version))
    func `a database of every version keeps its rows and gets today's schema`(version: Int) async throws {
        let golden = try #require(GoldenSchema.all.first { $0.version == version })
        try make(golden.sql)
        let store = try await SQLiteStore.open(path: folder.database)
        let client = try #require(try await store.client(ClientID(unchecked: "svc")))
        #expect(client.version == 3 && client.allowedOrigins == ["https://app.example"])
        #expect(client.credentials.secrets.map(\.id) == ["s1"])
        let resource = try #require(try await store.resource(ClientID(unchecked: "api")))
        #expect(resource.scope.tokens == ["read", "write"] && resource.signingAlgorithm == .ES256)
        let described = ["read": ScopeDescription("See your orders", translations: ["de": "Ihre Bestellungen sehen"])]
        #expect(resource.scopeDescriptions == (version < 3 ? [:] : described))
        #expect(try await store.grants(of: client.id).map(\.id.rawValue) == ["g1"])
        #expect(try await store.revocation(of: GrantID(unchecked: "g0")) == .administrator)
        #expect(try await store.epochs() == [.client(client.id): 4])
        #expect(try await store.revokedTokens(at: Sample.now).keys.map(\.rawValue) == ["t1"])
        let isNew = try await store.claim("j1", in: .clientAssertion("svc"), until: Sample.now)
        #expect(!isNew)
        #expect(try await store.keys().first?.sealedKey == [0, 255])
        #expect(try await store.wrappedDataKeys() == ["d1": [1, 2]])
        #expect(try await store.claimIssuer("https://other.example") == "https://issuer.example")
        #expect(try await store.events(AuditQuery()).map(\.id) == [41])
        #expect(try await store.usage(of: nil, minutes: 0..<Int64.max, limit: 9).map(\.count) == [12])
        #expect(try await store.statusLists().map(\.reserved) == (version < 11 ? [] : [64]))
        let given = try await store.statusEntries(of: "l1", after: nil, limit: 9)
        #expect(given.map(\.index) == (version < 11 ? [] : [77]))
        #expect(try store.durabilitySettings()["user_version"] == String(Migration.all.count))
        await store.close()

        let migrated = try schema()
        let fresh = try SQLiteMigrationTests()
        await (try await SQLiteStore.open(path: fresh.folder.database)).close()
        #expect(try fresh.schema() == migrated)
    }

    private let next =
        Migration.all + [
            Migration(
                version: Migration.all.count + 1, sql: "ALTER TABLE client ADD COLUMN note TEXT NOT NULL DEFAULT 'none'"
            )
        ]

    @Test func `a further version only adds an entry`() async throws {
        try make(GoldenSchema.version1)
        let store = try await SQLiteStore.open(path: folder.database, migrations: next)
        #expect(try await store.client(ClientID(unchecked: "svc"))?.version == 3)
        await store.close()
        let raw = try RawDatabase(folder.database)
        #expect(try raw.texts("SELECT note FROM client") == ["none"])
        #expect(try raw.integer("PRAGMA user_version") == next.count)
    }

    @Test func `a newer database is refused and left as it is`() async throws {
        let store = try await SQLiteStore.open(path: folder.database, migrations: next)
        let path = store.path
        await store.close()
        let before = try schema()
        let expected = SQLiteOpenError.tooNew(path: path, found: next.count, known: Migration.all.count)
        await #expect(throws: expected) { _ = try await SQLiteStore.open(path: folder.database) }
        #expect(try schema() == before)
        #expect(expected.description.contains("restore a backup"))
    }

    @Test(arguments: [
        "CREATE TABLE half (id INTEGER); INSERT INTO nowhere VALUES (1)",
        // Leaves a client that is not registered.
        "CREATE TABLE half (id INTEGER); DELETE FROM registration",
    ])
    func `a step that fails leaves nothing behind`(sql: String) async throws {
        try make(try #require(GoldenSchema.all.last).sql)
        let before = try schema()
        let broken = Migration.all + [Migration(version: Migration.all.count + 1, sql: sql)]
        await #expect(throws: SQLiteOpenError.self) {
            _ = try await SQLiteStore.open(path: folder.database, migrations: broken)
        }
        #expect(try schema() == before)
        let store = try await SQLiteStore.open(path: folder.database)
        #expect(try await store.client(ClientID(unchecked: "svc")) != nil)
        await store.close()
    }
}
