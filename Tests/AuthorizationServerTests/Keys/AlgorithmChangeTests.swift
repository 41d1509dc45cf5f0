import AuthorizationServer
import JOSE
import OAuth
import Storage
import StorageTesting
import TestSupport
import Testing

@Suite struct `A change of the signing algorithm` {
    static let before = Issuance.start + .seconds(86_399)
    static let after = Issuance.start + .seconds(86_400)

    private func published(_ provider: OpenIDProvider) throws -> [String] {
        try JWKSet(parsing: provider.keySetDocument(at: Issuance.start).body).keys.compactMap(\.keyID)
    }

    private func header(_ token: Secret) throws -> JOSEHeader { try UnverifiedJWT(token.revealedValue).header }

    private func change(
        _ id: String, to algorithm: Algorithm, of issuance: Issuance, at now: NumericDate = Issuance.start
    ) async throws {
        _ = try await Administration(provider: issuance.provider).updateResource(
            ClientID(unchecked: id), with: ResourceChange(signingAlgorithm: algorithm.rawValue), by: .root, at: now)
    }

    private func algorithm(of issuance: Issuance, at now: NumericDate = Issuance.start) async throws -> String {
        try header(try await issuance.token(at: now).accessToken).algorithm
    }

    @Test(.requirement("oidc-core-10.1.1-1"), .requirement("9068-2.1-4"))
    func `takes effect when every verifier had time to see the key, also across a restart`() async throws {
        let issuance = try await Issuance()
        let cached = try published(issuance.provider)
        try await change("orders", to: .EdDSA, of: issuance)
        #expect(try published(issuance.provider).count == cached.count + 1)
        let again = try await Issuance(store: issuance.store, registers: false)
        #expect(try published(again.provider).count == cached.count + 1)
        for (issuer, now) in [(issuance, Issuance.start), (issuance, Self.before), (again, Self.before)] {
            let token = try await issuer.token(at: now).accessToken
            let kid = try #require(try header(token).keyID)
            #expect(cached.contains(kid))
            #expect(try await issuer.isActive(token, at: now))
        }
        for issuer in [issuance, again] {
            #expect(try await algorithm(of: issuer, at: Self.after) == "EdDSA")
        }
    }

    @Test func `of a key that signs already takes effect at once`() async throws {
        var policy = ServerPolicy()
        policy.signingAlgorithms = [.ES256, .EdDSA]
        let issuance = try await Issuance(policy: policy)
        try await change("orders", to: .EdDSA, of: issuance)
        #expect(try await algorithm(of: issuance) == "EdDSA")
        #expect(try await issuance.store.resource(ClientID(unchecked: "orders"))?.formerSigningAlgorithm == nil)
    }

    @Test func `that is changed again goes on with what signed last`() async throws {
        let issuance = try await Issuance()
        let id = ClientID(unchecked: "orders")
        for algorithm in [Algorithm.EdDSA, .ES384] {
            try await change("orders", to: algorithm, of: issuance)
            #expect(try await self.algorithm(of: issuance) == "ES256")
            #expect(try await issuance.store.resource(id)?.formerSigningAlgorithm == .ES256)
        }
        _ = try await Administration(provider: issuance.provider).updateResource(
            id, with: ResourceChange(name: "Orders"), by: .root, at: Issuance.start)
        #expect(try await algorithm(of: issuance) == "ES256")
        try await change("orders", to: .ES256, of: issuance)
        #expect(try await issuance.store.resource(id)?.formerSigningAlgorithm == nil)
        // Of those that were chosen on the way, both sign now.
        try await change("orders", to: .ES384, of: issuance, at: Self.after)
        #expect(try await algorithm(of: issuance, at: Self.after) == "ES384")
    }

    /// Nobody verified its tokens before, and nobody would take them with another algorithm.
    @Test func `is none for what is new, which is signed with a key that is published`() async throws {
        let issuance = try await Issuance()
        let administration = Administration(provider: issuance.provider)
        let new = ResourceIndicator(unchecked: "https://new.example")
        _ = try await administration.createResource(
            ResourceDraft(id: "new", identifier: new.rawValue, name: "New", scope: "read", signingAlgorithm: "EdDSA"),
            by: .root, at: Issuance.start)
        _ = try await issuance.store.permit(
            Grant(
                id: GrantID(unchecked: "g-new"), client: ClientID(unchecked: "svc"), subject: Subject(unchecked: "svc"),
                resource: new, scope: Scope(unchecked: ["read"]), createdAt: Issuance.start),
            advancing: [], recording: AuditEvent(at: Issuance.start, action: "t", actor: "t"))
        issuance.provider.registry.forgetGrants(of: ClientID(unchecked: "svc"))
        let made = try header(try await issuance.token(resource: new).accessToken)
        #expect(made.algorithm == "EdDSA")
        #expect(try published(issuance.provider).contains(try #require(made.keyID)))
        // That one is signed with it does not make another sign with it, which verifiers know without it.
        try await change("orders", to: .EdDSA, of: issuance)
        #expect(try await algorithm(of: issuance) == "ES256")
        // It goes on with what it is signed with, though that is no other's turn yet.
        try await change("new", to: .ES384, of: issuance)
        #expect(try header(try await issuance.token(resource: new).accessToken).algorithm == "EdDSA")
        #expect(try header(try await issuance.token(resource: new, at: Self.after).accessToken).algorithm == "ES384")
    }

    @Test func `of the issuer announces its key at the next start, once`() async throws {
        let issuance = try await Issuance()
        var policy = ServerPolicy()
        policy.signingAlgorithms = [.ES256, .EdDSA]
        for _ in 0..<2 {
            let again = try await Issuance(policy: policy, store: issuance.store, registers: false)
            #expect(again.provider.keyRing.snapshot.signer(.EdDSA, at: Self.before) == nil)
            #expect(again.provider.keyRing.snapshot.signer(.EdDSA, at: Self.after) != nil)
            #expect(try published(again.provider).count == 2)
        }
    }

    @Test func `by a rotation announces its key, too`() async throws {
        let issuance = try await Issuance()
        let made = try await issuance.provider.keys.rotate([.signing(.EdDSA)], by: "uid:0", at: Issuance.start)
        #expect(made.map(\.activeFrom) == [Self.after])
    }

    @Test(.requirement("oidc-core-10.1.1-1"))
    func `of ID tokens and UserInfo answers takes effect as late`() async throws {
        let journey = try await Journey { $0.relyingParty?.userInfoAlgorithm = .ES256 }
        let browser = try await journey.signedIn()
        let cached = try published(journey.provider)
        var draft = RelyingPartyDraft()
        draft.idTokenAlgorithm = "EdDSA"
        draft.userInfoAlgorithm = "ES384"
        _ = try await Administration(provider: journey.provider).updateClient(
            Journey.web, with: ClientChange(relyingParty: draft), by: .root, at: Journey.start)
        let announced = try await journey.people.store.events(AuditQuery(action: "key.announced", limit: 100))
        #expect(announced.filter { $0.actor == "uid:0" }.count == 2)

        let tokens = try await journey.tokens(
            Journey.parameters(["scope": "openid offline_access"]), in: browser)
        let made = try header(try #require(tokens.idToken))
        #expect(made.algorithm == "ES256" && cached.contains(made.keyID ?? ""))
        let claims = try Journey.claims(of: try #require(tokens.idToken))
        #expect(claims.string("at_hash") == IDTokenClaims.halfHash(of: tokens.accessToken, for: .ES256))
        let answer = try await journey.provider.userInfo(
            tokens.accessToken, caller: Issuance.caller, at: Journey.start
        ).response
        guard case .signed(let text) = answer else { return #expect(Bool(false), "not signed") }
        #expect(try UnverifiedJWT(text).header.algorithm == "ES256")

        let refresh = try #require(tokens.refreshToken)
        let later = try await journey.refresh(refresh, at: Self.after)
        let second = try #require(later.idToken)
        #expect(try header(second).algorithm == "EdDSA")
        #expect(
            try Journey.claims(of: second).string("at_hash")
                == IDTokenClaims.halfHash(of: later.accessToken, for: .EdDSA))
    }

    @Test func `by a client that manages itself takes effect as late`() async throws {
        let issuer = try await Registrations(isOpen: true)
        let made = try await issuer.register()
        let store = issuer.people.store
        // What nobody signed with before is published from its registration on.
        #expect(try await store.client(made.clientID)?.relyingParty?.formerIDTokenAlgorithm == nil)
        #expect(try await store.keys().contains { $0.purpose == .signing(.RS256) })
        let body =
            #"{"client_id":"\#(made.clientID)","redirect_uris":["https://app.example/cb"],"id_token_signed_response_alg":"#
        _ = try await issuer.update(made, to: body + #""ES256"}"#)
        #expect(try await store.client(made.clientID)?.relyingParty?.formerIDTokenAlgorithm == nil)
        _ = try await issuer.update(made, to: body + #""EdDSA"}"#)
        let party = try #require(try await store.client(made.clientID)?.relyingParty)
        #expect(party.idTokenAlgorithm == .EdDSA && party.formerIDTokenAlgorithm == .ES256)
        let announced = try await store.events(AuditQuery(action: "key.announced", limit: 100))
        #expect(announced.contains { $0.actor == "client:\(made.clientID)" && $0.address == "192.0.2.7" })
    }
}
