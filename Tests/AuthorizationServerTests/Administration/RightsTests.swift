import AuthorizationServer
import JOSE
import OAuth
import Storage
import Testing

@Suite struct `Rights of administrators` {
    private static let at = Issuance.start
    private static let svc = ClientID(unchecked: "svc")
    private static let orders = ClientID(unchecked: "orders")

    typealias Operation = @Sendable (Administration, Administrator) async throws -> Void

    static let changes: [(String, Operation)] = [
        (
            "createClient",
            { a, who in
                let draft = ClientDraft(name: "N", credentials: CredentialsDraft(method: "none"))
                _ = try await a.createClient(draft, by: who, at: at)
            }
        ),
        (
            "updateClient",
            { a, who in _ = try await a.updateClient(svc, with: ClientChange(name: "M"), by: who, at: at) }
        ),
        ("deleteClient", { a, who in try await a.deleteClient(svc, by: who, at: at) }),
        ("addClientSecret", { a, who in _ = try await a.addClientSecret(svc, endingOthersIn: 0, by: who, at: at) }),
        ("removeClientSecret", { a, who in try await a.removeClientSecret("s", of: svc, by: who, at: at) }),
        (
            "permit",
            { a, who in
                _ = try await a.permit(
                    svc, PermissionDraft(resource: "https://orders.example", scope: "read"), by: who, at: at)
            }
        ),
        ("forbid", { a, who in try await a.forbid(svc, at: Issuance.jwtAPI, by: who, at: at) }),
        ("revokeClientTokens", { a, who in _ = try await a.revokeClientTokens(svc, by: who, at: at) }),
        (
            "createResource",
            { a, who in
                let draft = ResourceDraft(identifier: "https://n.example", name: "N", scope: "a")
                _ = try await a.createResource(draft, by: who, at: at)
            }
        ),
        (
            "updateResource",
            { a, who in
                _ = try await a.updateResource(orders, with: ResourceChange(name: "M"), by: who, at: at)
            }
        ),
        ("deleteResource", { a, who in try await a.deleteResource(orders, by: who, at: at) }),
        (
            "addResourceSecret",
            { a, who in _ = try await a.addResourceSecret(orders, endingOthersIn: 0, by: who, at: at) }
        ),
        ("removeResourceSecret", { a, who in try await a.removeResourceSecret("s", of: orders, by: who, at: at) }),
        ("revokeResourceTokens", { a, who in _ = try await a.revokeResourceTokens(orders, by: who, at: at) }),
        ("rotateKeys", { a, who in _ = try await a.rotateKeys(for: nil, by: who, at: at) }),
        ("retireKey", { a, who in _ = try await a.retireKey(KeyID(unchecked: "k"), by: who, at: at) }),
        ("distrustKey", { a, who in _ = try await a.distrustKey(KeyID(unchecked: "k"), by: who, at: at) }),
        (
            "revokeToken",
            { a, who in
                _ = try await a.revoke(.identifier(TokenID(unchecked: "t"), until: at + .seconds(60)), by: who, at: at)
            }
        ),
        ("revokeGrant", { a, who in try await a.revokeGrant(GrantID(unchecked: "g"), by: who, at: at) }),
        (
            "revokeSubjectTokens",
            { a, who in _ = try await a.revokeSubjectTokens(Subject(unchecked: "s"), by: who, at: at) }
        ),
        (
            "createInitialAccess",
            { a, who in _ = try await a.createInitialAccess(InitialAccessDraft(), by: who, at: at) }
        ),
        ("deleteInitialAccess", { a, who in try await a.deleteInitialAccess("i", by: who, at: at) }),
        ("operation", { a, who in _ = try a.operation("backup.made", by: who, at: at) }),
    ]

    static let readings: [(String, Operation)] = [
        ("clients", { a, who in _ = try await a.clients(after: nil, limit: 1, by: who, at: at) }),
        ("client", { a, who in _ = try await a.client(svc, by: who, at: at) }),
        ("resources", { a, who in _ = try await a.resources(after: nil, limit: 1, by: who, at: at) }),
        ("resource", { a, who in _ = try await a.resource(orders, by: who, at: at) }),
        ("permissions", { a, who in _ = try await a.permissions(of: svc, by: who, at: at) }),
        ("initialAccess", { a, who in _ = try await a.initialAccess(after: nil, limit: 1, by: who, at: at) }),
        ("keys", { a, who in _ = try await a.keys(by: who, at: at) }),
        ("inspect", { a, who in _ = try a.inspect(Secret("x"), by: who, at: at) }),
        ("audit", { a, who in _ = try await a.audit(AuditQuery(), by: who, at: at) }),
        ("usage", { a, who in _ = try await a.usage(of: nil, since: at, until: at, limit: 1, by: who, at: at) }),
        ("status", { a, who in _ = try await a.status(by: who, at: at) }),
    ]

    @Test(arguments: changes.map(\.0))
    func `lets nobody change anything without the right to write`(name: String) async throws {
        let operation = try #require(Self.changes.first { $0.0 == name }?.1)
        let issuance = try await Issuance()
        let administration = Administration(provider: issuance.provider)
        let events = try await issuance.store.events(AuditQuery(limit: 1000)).count
        #expect(await refusal { try await operation(administration, .reader) } == .rightMissing(.write))
        #expect(await refusal { try await operation(administration, .nobody) } == .rightMissing(.write))
        #expect(try await issuance.store.events(AuditQuery(limit: 1000)).count == events)
    }

    @Test(arguments: readings.map(\.0))
    func `lets nobody read anything without the right to read`(name: String) async throws {
        let operation = try #require(Self.readings.first { $0.0 == name }?.1)
        let administration = Administration(provider: try await Issuance().provider)
        #expect(await refusal { try await operation(administration, .nobody) } == .rightMissing(.read))
        #expect(await refusal { try await operation(administration, .reader) } == nil)
    }

    @Test func `records who was refused`() async throws {
        let issuance = try await Issuance()
        let administration = Administration(provider: issuance.provider)
        _ = await refusal { try await administration.deleteClient(Self.svc, by: .reader, at: Self.at) }
        _ = await issuance.provider.flush(at: Self.at)
        let event = try #require(try await issuance.events("administration.refused").first)
        #expect(event.actor == "client:ro")
        #expect(event.detail == "right_missing")
        #expect(event.address == "192.0.2.8")
        #expect(event.outcome == .refusal)
    }

    @Test func `gives administrative scopes only by the right to grant`() async throws {
        let issuance = try await Issuance()
        let administration = Administration(provider: issuance.provider)
        let draft = PermissionDraft(resource: "https://id.example/admin/v1", scope: "tessera:admin:read")
        #expect(
            await refusal { _ = try await administration.permit(Self.svc, draft, by: .writer, at: Self.at) }
                == .rightMissing(.grant))
        #expect(try await issuance.store.grants(of: Self.svc).count == 2)
        _ = try await administration.permit(Self.svc, draft, by: .root, at: Self.at)
        #expect(try await issuance.store.grants(of: Self.svc).count == 3)
    }

    @Test func `gives credentials of an administrator only by the right to grant`() async throws {
        let issuance = try await Issuance()
        let administration = Administration(provider: issuance.provider)
        let at = Self.at
        let draft = PermissionDraft(resource: "https://id.example/admin/v1", scope: "tessera:admin:grant")
        _ = try await administration.permit(Self.svc, draft, by: .root, at: at)
        #expect(
            await refusal {
                _ = try await administration.addClientSecret(Self.svc, endingOthersIn: 0, by: .writer, at: at)
            }
                == .rightMissing(.grant))
        _ = try await administration.updateClient(Self.svc, with: ClientChange(isEnabled: false), by: .writer, at: at)
        let enabling = ClientChange(isEnabled: true)
        #expect(
            await refusal { _ = try await administration.updateClient(Self.svc, with: enabling, by: .writer, at: at) }
                == .rightMissing(.grant))
        _ = try await administration.updateClient(Self.svc, with: enabling, by: .root, at: at)
        // The permissions of a client of that name end with it.
        try await administration.deleteClient(Self.svc, by: .writer, at: at)
        #expect(try await issuance.store.grants(of: Self.svc).isEmpty)
    }

    @Test func `gives new keys of an administrator only by the right to grant`() async throws {
        let keys = JWKSet(keys: [try SigningKey.generate(.ES256).verificationKey.jwk])
        let issuance = try await Issuance(clientMethod: .privateKeyJWT, keySet: keys)
        let administration = Administration(provider: issuance.provider)
        let draft = PermissionDraft(resource: "https://id.example/admin/v1", scope: "tessera:admin:write")
        _ = try await administration.permit(Self.svc, draft, by: .root, at: Self.at)
        let change = ClientChange(credentials: CredentialsChange(keySetURL: "https://evil.example/jwks"))
        #expect(
            await refusal {
                _ = try await administration.updateClient(Self.svc, with: change, by: .writer, at: Self.at)
            }
                == .rightMissing(.grant))
    }
}
