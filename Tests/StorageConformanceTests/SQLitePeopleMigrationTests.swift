import JOSE
import OAuth
import Storage
import StorageSQLite
import StorageTesting
import Testing

/// What a database of schema 2 says about people is read by today's program as it was written.
@Suite struct SQLitePeopleMigrationTests {
    private static func hash(_ byte: UInt8) throws -> TokenHash {
        try #require(TokenHash(bytes: Array(repeating: byte, count: 32)))
    }

    @Test func `every row about people is read as it was written`() async throws {
        let folder = try TemporaryFolder()
        let raw = try RawDatabase(folder.database)
        try raw.execute(GoldenSchema.version2)
        try raw.close()
        let store = try await SQLiteStore.open(path: folder.database)
        let now = Sample.now
        let user = try #require(try await store.user(signingInAs: LoginName(canonical: "zoë")))
        #expect(user.id.rawValue == "u1" && user.isEmailVerified && user.mayAct && user.groups == ["staff"])
        #expect(user.attributes.string("name") == "Zoë")
        #expect(try await store.password(of: user.id)?.encoded == "$argon2id$golden")
        #expect(try await store.isKnown(Self.hash(0x11), to: user.id))
        let session = try #require(try await store.session(Self.hash(0x22), at: now))
        #expect(session.methods == ["pwd"] && session.address == "192.0.2.1")
        #expect(try await store.clients(inSession: session.id).map(\.rawValue) == ["svc"])
        let record = try #require(try await store.refreshRecord(GrantID(unchecked: "a1"), at: now))
        #expect(record.family.head == 3 && record.family.spent == [SpentGeneration(generation: 2, at: now)])
        #expect(record.userMayAct && record.sessionStands && !record.isEnded)
        let api = ResourceIndicator(unchecked: "https://api.example")
        #expect(record.authorization.resourceScopes == [api: Scope(unchecked: ["read"])])
        #expect(try await store.endReason(of: GrantID(unchecked: "a0")) == .codeReplayed)
        #expect(try await store.code(Self.hash(0x33))?.isSpent == true)
        #expect(
            try await store.consent(of: user.id, to: ClientID(unchecked: "svc"))?.identityScope.tokens == ["openid"])
        let pending = try #require(try await store.pendingAuthorization(Self.hash(0x44), at: now))
        #expect(pending.origin == .pushed && pending.decision?.isGiven == true && pending.parameters.count == 3)
        let link = try #require(try await store.mailLink(Self.hash(0x55), for: .resetPassword, at: now))
        #expect(link.subject == user.id && !link.isMailed, "nobody knows how it reached them")
        #expect(try await store.dueMails(at: now, limit: 9).map(\.attempts) == [2])
        #expect(try await store.dueLogouts(at: now, limit: 9, perClient: 9).map(\.id) == [7])
        let client = try #require(try await store.client(ClientID(unchecked: "svc")))
        #expect(client.relyingParty?.backchannelLogoutURI == "https://app.example/logout")
        await store.close()
    }
}
