import AuthorizationServer
import JOSE
import OAuth
import Storage
import Testing

@Suite struct `Changes of what is registered` {
    private static let at = Issuance.start
    private static let svc = ClientID(unchecked: "svc")
    private static let orders = ClientID(unchecked: "orders")
    private static let payments = ClientID(unchecked: "payments")

    @Test func `ends the tokens of a disabled client at once and does not revive them`() async throws {
        let issuance = try await Issuance()
        let administration = Administration(provider: issuance.provider)
        let tokens = [try await issuance.token(), try await issuance.token(resource: Issuance.opaqueAPI)]
        let disabled = try await administration.updateClient(
            Self.svc, with: ClientChange(isEnabled: false), by: .root, at: Self.at)
        #expect(!disabled.isEnabled && disabled.version == 2)
        #expect(try await !issuance.isActive(tokens[0].accessToken))
        #expect(try await !issuance.isActive(tokens[1].accessToken, by: "payments"))
        await #expect(throws: Rejection.clientDisabled(Self.svc)) { _ = try await issuance.token() }
        _ = try await administration.updateClient(Self.svc, with: ClientChange(isEnabled: true), by: .root, at: Self.at)
        #expect(try await !issuance.isActive(tokens[0].accessToken))
        #expect(try await issuance.isActive(try await issuance.token().accessToken))
    }

    @Test func `lets a client of the same name inherit no token`() async throws {
        let issuance = try await Issuance()
        let administration = Administration(provider: issuance.provider)
        let token = try await issuance.token().accessToken
        try await administration.deleteClient(Self.svc, by: .root, at: Self.at)
        #expect(try await !issuance.isActive(token))
        let draft = ClientDraft(id: "svc", name: "Again", credentials: CredentialsDraft(method: "client_secret_basic"))
        let created = try await administration.createClient(draft, by: .root, at: Self.at)
        #expect(try await !issuance.isActive(token))
        let credentials = try Issuance.basic("svc", try #require(created.secret))
        await #expect(throws: Rejection.resourceNotPermitted(Self.svc, Issuance.jwtAPI)) {
            _ = try await issuance.token(credentials: credentials)
        }
        _ = try await administration.permit(
            Self.svc, PermissionDraft(resource: "https://orders.example", scope: "read"), by: .root, at: Self.at)
        #expect(try await issuance.isActive(try await issuance.token(credentials: credentials).accessToken))
        #expect(try await !issuance.isActive(token))
    }

    @Test func `ends the tokens for a disabled or deleted resource at once`() async throws {
        let issuance = try await Issuance()
        let administration = Administration(provider: issuance.provider)
        let token = try await issuance.token().accessToken
        let other = try await issuance.token(resource: Issuance.opaqueAPI).accessToken
        _ = try await administration.updateResource(
            Self.orders, with: ResourceChange(isEnabled: false), by: .root, at: Self.at)
        _ = try await administration.updateResource(
            Self.orders, with: ResourceChange(isEnabled: true), by: .root, at: Self.at)
        #expect(try await !issuance.isActive(token))
        #expect(try await issuance.isActive(other, by: "payments"))
        try await administration.deleteResource(Self.payments, by: .root, at: Self.at)
        #expect(try administration.inspect(other, by: .root, at: Self.at).fault == .resourceEnded)
        await #expect(throws: Rejection.resourceNotPermitted(Self.svc, Issuance.opaqueAPI)) {
            _ = try await issuance.token(resource: Issuance.opaqueAPI)
        }
    }

    @Test func `ends tokens when a permission shrinks and keeps them when it grows`() async throws {
        let issuance = try await Issuance()
        let administration = Administration(provider: issuance.provider)
        let api = "https://orders.example"
        let first = try await issuance.token().accessToken
        let wider = try await administration.permit(
            Self.svc, PermissionDraft(resource: api, scope: "refund write read"), by: .root, at: Self.at)
        #expect(wider.id.rawValue == "g-orders.example")
        #expect(try await issuance.isActive(first))
        _ = try await administration.permit(
            Self.svc, PermissionDraft(resource: api, scope: "read"), by: .root, at: Self.at)
        #expect(try await !issuance.isActive(first))
        let second = try await issuance.token()
        #expect(second.scope.description == "read")
        try await administration.forbid(Self.svc, at: Issuance.jwtAPI, by: .root, at: Self.at)
        #expect(try await !issuance.isActive(second.accessToken))
        await #expect(throws: Rejection.resourceNotPermitted(Self.svc, Issuance.jwtAPI)) {
            _ = try await issuance.token()
        }
        #expect(
            await refusal { try await administration.forbid(Self.svc, at: Issuance.jwtAPI, by: .root, at: Self.at) }
                == .missing("permission"))
    }

    @Test func `ends tokens when a resource gives up a scope`() async throws {
        let issuance = try await Issuance()
        let administration = Administration(provider: issuance.provider)
        let token = try await issuance.token().accessToken
        _ = try await administration.updateResource(
            Self.orders, with: ResourceChange(scope: "read"), by: .root, at: Self.at)
        #expect(try await !issuance.isActive(token))
        #expect(try await issuance.token().scope.description == "read")
    }

    @Test func `permits only registered resources, their scopes, and clients that prove who they are`() async throws {
        let issuance = try await Issuance()
        let administration = Administration(provider: issuance.provider)
        func fields(_ resource: String?, _ scope: String?) async -> [String] {
            await problemFields {
                _ = try await administration.permit(
                    Self.svc, PermissionDraft(resource: resource, scope: scope), by: .root, at: Self.at)
            }
        }
        #expect(await fields("https://nobody.example", "read") == ["resource"])
        #expect(await fields("https://orders.example", "read delete") == ["scope"])
        #expect(await fields(nil, nil) == ["resource", "scope"])
        let draft = ClientDraft(id: "spa", name: "S", credentials: CredentialsDraft(method: "none"))
        _ = try await administration.createClient(draft, by: .root, at: Self.at)
        let permission = PermissionDraft(resource: "https://orders.example", scope: "read")
        guard
            case .conflict? = await refusal({
                _ = try await administration.permit(ClientID(unchecked: "spa"), permission, by: .root, at: Self.at)
            })
        else {
            Issue.record("a public client was permitted")
            return
        }
    }

    @Test func `refuses a change that was made from an older version`() async throws {
        let issuance = try await Issuance()
        let administration = Administration(provider: issuance.provider)
        _ = try await administration.updateClient(
            Self.svc, with: ClientChange(name: "A"), expecting: 1, by: .root, at: Self.at)
        #expect(
            await refusal {
                _ = try await administration.updateClient(
                    Self.svc, with: ClientChange(name: "B"), expecting: 1, by: .root, at: Self.at)
            } == .stale(current: 2))
        #expect(
            await refusal { try await administration.deleteClient(Self.svc, expecting: 1, by: .root, at: Self.at) }
                == .stale(current: 2))
        #expect(
            await refusal { try await administration.deleteResource(Self.orders, expecting: 7, by: .root, at: Self.at) }
                == .stale(current: 1))
        #expect(try await issuance.store.client(Self.svc)?.name == "A")
    }

    @Test func `loses none of many concurrent changes`() async throws {
        let issuance = try await Issuance()
        let administration = Administration(provider: issuance.provider)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<50 {
                group.addTask {
                    _ = try await administration.updateClient(
                        Self.svc, with: ClientChange(name: "n\(number)"), by: .root, at: Self.at)
                }
            }
            try await group.waitForAll()
        }
        #expect(try await issuance.store.client(Self.svc)?.version == 51)
        #expect(try await issuance.events("client.updated").count == 50)
    }

    @Test func `writes nothing when nothing changes`() async throws {
        let issuance = try await Issuance()
        let administration = Administration(provider: issuance.provider)
        let same = try await administration.updateClient(
            Self.svc, with: ClientChange(name: "Service"), by: .root, at: Self.at)
        #expect(same.version == 1)
        #expect(try await issuance.events("client.updated").isEmpty)
    }

    @Test func `ends everything so far of a client, a resource, a subject or a grant`() async throws {
        let issuance = try await Issuance()
        let administration = Administration(provider: issuance.provider)
        let grant = try #require(try await issuance.store.standingGrant(of: Self.svc, at: Issuance.opaqueAPI))
        let ends: [() async throws -> Void] = [
            { _ = try await administration.revokeClientTokens(Self.svc, by: .root, at: Self.at) },
            { _ = try await administration.revokeResourceTokens(Self.payments, by: .root, at: Self.at) },
            { _ = try await administration.revokeSubjectTokens(Subject(Self.svc), by: .root, at: Self.at) },
            { try await administration.revokeGrant(grant.id, by: .root, at: Self.at) },
        ]
        for end in ends {
            let token = try await issuance.token(resource: Issuance.opaqueAPI).accessToken
            #expect(try await issuance.isActive(token, by: "payments"))
            try await end()
            #expect(try await !issuance.isActive(token, by: "payments"))
        }
        #expect(
            await refusal { try await administration.revokeGrant(grant.id, by: .root, at: Self.at) }
                == .missing("grant"))
    }

    @Test func `says of every change who made it`() async throws {
        let issuance = try await Issuance()
        let administration = Administration(provider: issuance.provider)
        _ = try await administration.updateClient(
            Self.svc, with: ClientChange(name: "A", isEnabled: false), by: .writer, at: Self.at)
        let event = try #require(try await issuance.events("client.disabled").first)
        #expect(event.actor == "client:ops" && event.target == "client:svc" && event.address == "192.0.2.7")
        #expect(event.requestID == "r-writer" && event.detail == "changed name, enabled")
    }
}
