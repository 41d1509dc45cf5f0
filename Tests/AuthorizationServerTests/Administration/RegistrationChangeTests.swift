import AuthorizationServer
import JOSE
import OAuth
import Storage
import StorageTesting
import Testing

/// What a change of a registration does to all that was issued before it, at once.
@Suite struct `A changed registration` {
    private static let at = Journey.start

    private func issued() async throws -> (Journey, Administration, TokenResponse) {
        let journey = try await Journey()
        let form = try Journey.parameters(
            ["scope": "openid email offline_access read write"], resources: [Journey.api.rawValue])
        let tokens = try await journey.tokens(form, in: try await journey.signedIn())
        return (journey, Administration(provider: journey.provider), tokens)
    }

    private static func party(_ change: (inout RelyingPartyDraft) -> Void) -> ClientChange {
        var party = RelyingPartyDraft()
        change(&party)
        return ClientChange(relyingParty: party)
    }

    struct Narrowing: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let change: ClientChange
    }

    static let narrowings = [
        Narrowing(
            testDescription: "a scope at a resource",
            change: party { $0.resourceScopes = [Journey.api.rawValue: "read"] }),
        Narrowing(testDescription: "a resource", change: party { $0.resourceScopes = [:] }),
        Narrowing(
            testDescription: "a scope about the person", change: party { $0.identityScope = "openid offline_access" }),
        Narrowing(testDescription: "the names of people", change: party { $0.subjectType = "pairwise" }),
    ]

    @Test(arguments: narrowings)
    func `ends access tokens that say more than it, and goes on within it`(narrowing: Narrowing) async throws {
        let (journey, administration, tokens) = try await issued()
        _ = try await administration.updateClient(Journey.web, with: narrowing.change, by: .root, at: Self.at)
        #expect(try await !journey.isAlive(tokens.accessToken))
        let next = try await journey.refresh(try #require(tokens.refreshToken))
        #expect(try await journey.isAlive(next.accessToken))
        let party = try #require(try await journey.people.store.client(Journey.web)?.relyingParty)
        let allowed = party.identityScope.tokens + (party.resourceScopes[Journey.api]?.tokens ?? [])
        #expect(next.scope.tokens.allSatisfy(allowed.contains))
    }

    @Test func `ends the access tokens of an application that asked nobody, once it must ask`() async throws {
        let journey = try await Journey { $0.relyingParty?.isFirstParty = true }
        let tokens = try await journey.tokens(in: try await journey.signedIn())
        #expect(try await journey.isAlive(tokens.accessToken))
        _ = try await Administration(provider: journey.provider).updateClient(
            Journey.web, with: Self.party { $0.isFirstParty = false }, by: .root, at: Self.at)
        #expect(try await !journey.isAlive(tokens.accessToken))
    }

    @Test func `ends nothing where it only grows, or says the same in other words`() async throws {
        let (journey, administration, tokens) = try await issued()
        let changes = [
            ClientChange(name: "Shop"), Self.party { $0.identityScope = "openid profile email offline_access phone" },
            Self.party { $0.redirectURIs = [Journey.redirectURI, "https://web.example/third"] },
        ]
        for change in changes {
            _ = try await administration.updateClient(Journey.web, with: change, by: .root, at: Self.at)
        }
        #expect(try await journey.isAlive(tokens.accessToken))
    }

    @Test func `ends tokens when nobody is left who could prove to be the client, and not while secrets overlap`()
        async throws
    {
        let (journey, administration, tokens) = try await issued()
        let old = try #require(try await journey.people.store.client(Journey.web)?.credentials.secrets.first?.id)
        _ = try await administration.addClientSecret(Journey.web, endingOthersIn: 60, by: .root, at: Self.at)
        try await administration.removeClientSecret(old, of: Journey.web, by: .root, at: Self.at)
        #expect(try await journey.isAlive(tokens.accessToken))
        _ = try await administration.addClientSecret(Journey.web, endingOthersIn: 0, by: .root, at: Self.at)
        #expect(try await !journey.isAlive(tokens.accessToken))
    }

    @Test func `ends tokens when its keys are replaced, and not when one is added`() async throws {
        let journey = try await Journey()
        let administration = Administration(provider: journey.provider)
        let keys = try (0..<3).map { _ in try SigningKey.generate(.ES256).verificationKey.jwk.json }
        func jwks(_ indices: Int...) -> CredentialsChange {
            let set = JSONObject([("keys", .array(indices.map { .object(keys[$0]) }))])
            return CredentialsChange(keySet: set)
        }
        let draft = ClientDraft(
            id: "svc", name: "S",
            credentials: CredentialsDraft(
                method: "private_key_jwt", keySet: JSONObject([("keys", .array([.object(keys[0])]))])))
        _ = try await administration.createClient(draft, by: .root, at: Self.at)
        let id = ClientID(unchecked: "svc")
        for (credentials, epoch) in [(jwks(0, 1), nil), (jwks(1), nil), (jwks(2), Int64(1))] {
            _ = try await administration.updateClient(
                id, with: ClientChange(credentials: credentials), by: .root, at: Self.at)
            #expect(try await journey.people.store.epochs()[.client(id)] == epoch)
        }
    }

    @Test func `takes with it what people gave at a resource that is deleted`() async throws {
        let (journey, administration, tokens) = try await issued()
        let plain = try await journey.tokens(in: try await journey.signedIn())
        try await administration.deleteResource(ClientID(unchecked: "orders"), by: .root, at: Self.at)
        let draft = ResourceDraft(id: "orders", identifier: Journey.api.rawValue, name: "Orders", scope: "read write")
        _ = try await administration.createResource(draft, by: .root, at: Self.at)
        #expect(try await !journey.isAlive(tokens.accessToken))
        await #expect(throws: (any Error).self) {
            _ = try await journey.refresh(try #require(tokens.refreshToken), resource: Journey.api)
        }
        #expect(try await journey.isAlive(plain.accessToken))
        _ = try await journey.refresh(try #require(plain.refreshToken))
        let consent = try await journey.people.store.consent(of: try await journey.user().id, to: Journey.web)
        #expect(consent?.resourceScopes[Journey.api] == nil && consent?.identityScope.contains("email") == true)
    }

    @Test func `takes what people gave along in memory, too, when the client is deleted`() async throws {
        let (journey, administration, tokens) = try await issued()
        let grant = try journey.grant(of: tokens.accessToken)
        try await administration.deleteClient(Journey.web, by: .root, at: Self.at)
        #expect(journey.provider.revocations.hasEnded(grant))
        #expect(try await !journey.isAlive(tokens.accessToken))
    }
}
