import AuthorizationServer
import JOSE
import OAuth
import Storage
import StorageTesting
import TestSupport
import Testing

@Suite struct `UserInfo` {
    private func rejection(_ journey: Journey, _ token: Secret, at now: NumericDate = Journey.start) async -> Rejection?
    {
        do {
            _ = try await journey.userInfo(token, at: now)
            return nil
        } catch { return error as? Rejection }
    }

    @Test(
        .requirement(
            "oidc-core-5.1-1", "oidc-core-5.1-3", "oidc-core-5.1-4", "oidc-core-5.3.2-1", "oidc-core-5.3.2-2",
            "oidc-core-5.3.2-6", "oidc-core-5.4-1", "oidc-core-5.4-2"))
    func `tells what the scopes open, and nothing else`() async throws {
        let journey = try await Journey()
        let browser = try await journey.signedIn()
        let rows: [(String, [String])] = [
            ("openid", ["sub"]), ("openid email", ["sub", "email", "email_verified"]),
            ("openid profile", ["sub", "preferred_username", "updated_at"]),
        ]
        for (scope, names) in rows {
            let tokens = try await journey.tokens(Journey.parameters(["scope": scope]), in: browser)
            let info = try await journey.userInfo(tokens.accessToken)
            #expect(Set(info.members.map(\.name)) == Set(names), "\(scope)")
        }
    }

    @Test func `is for tokens that are meant for it and have openid`() async throws {
        let journey = try await Journey()
        let browser = try await journey.signedIn()
        let plain = try await journey.tokens(Journey.parameters(["scope": "read"]), in: browser)
        guard case .audienceWrong = await rejection(journey, plain.accessToken) else {
            return #expect(Bool(false), "a token of another audience")
        }
        let tokens = try await journey.tokens(in: browser)
        let narrow = try await journey.refresh(try #require(tokens.refreshToken), scope: "profile")
        let missing = await rejection(journey, narrow.accessToken)
        #expect(missing?.oauthError.code == .insufficientScope)
        for text in [try #require(tokens.refreshToken), try #require(tokens.idToken), Secret("x")] {
            #expect(await rejection(journey, text)?.oauthError.code == .invalidToken)
        }
    }

    @Test func `answers each token for itself, however few it remembers`() async throws {
        var policy = ServerPolicy()
        policy.verifiedTokenCapacity = 2
        let journey = try await Journey(policy: policy)
        let browser = try await journey.signedIn()
        var tokens: [(scope: String, token: Secret)] = []
        for scope in ["openid", "openid email", "openid profile", "openid email profile"] {
            tokens.append(
                (scope, try await journey.tokens(Journey.parameters(["scope": scope]), in: browser).accessToken))
        }
        for _ in 0..<3 {
            for (scope, token) in tokens + tokens.reversed() {
                let names = Set(try await journey.userInfo(token).members.map(\.name))
                #expect(names.contains("email") == scope.contains("email"), "\(scope)")
                #expect(names.contains("updated_at") == scope.contains("profile"), "\(scope)")
                let changed = Secret(token.revealedValue.dropLast(4) + "AAAA")
                #expect(await rejection(journey, changed)?.oauthError.code == .invalidToken)
            }
        }
    }

    @Test func `need not check what was just signed for a code or refresh, and knows what it says`() async throws {
        let journey = try await Journey()
        let browser = try await journey.signedIn()
        let tokens = try await journey.tokens(in: browser)
        let said = try #require(AccessTokenClaims(try Journey.claims(of: tokens.accessToken)))
        #expect(journey.provider.remembered(tokens.accessToken) == said)
        let changed = Secret(tokens.accessToken.revealedValue.dropLast(4) + "AAAA")
        #expect(journey.provider.remembered(changed) == nil)
        #expect(await rejection(journey, changed)?.oauthError.code == .invalidToken)

        let first = try #require(tokens.refreshToken)
        var successors: [Secret] = []
        for _ in 0..<2 {
            // The second time within the window, so that the token is another one and the successor the same.
            let next = try await journey.refresh(first)
            let says = try #require(AccessTokenClaims(try Journey.claims(of: next.accessToken)))
            #expect(journey.provider.remembered(next.accessToken) == says)
            #expect(await rejection(journey, next.accessToken) == nil)
            successors.append(try #require(next.refreshToken))
        }
        #expect(successors[0] == successors[1])

        // Nobody may ask with a token that is for others alone.
        let plain = try await journey.tokens(Journey.parameters(["scope": "read"]), in: browser).accessToken
        #expect(journey.provider.remembered(plain) == nil)
    }

    @Test(arguments: [true, false])
    func `knows at once that a token, its grant or its person has ended, also when it was just seen`(
        isSeen: Bool
    )
        async throws
    {
        let journey = try await Journey()
        let browser = try await journey.signedIn()
        let revoked = try await journey.tokens(in: browser).accessToken
        let ended = try await journey.tokens(in: browser).accessToken
        let last = try await journey.tokens(in: browser).accessToken
        for token in [revoked, ended, last] where isSeen { #expect(await rejection(journey, token) == nil) }

        let early = await rejection(journey, last, at: Journey.start - .seconds(600))
        #expect(early == .tokenNotAccepted(.issuedInFuture), "the clock was set back")

        let presented = try PresentedToken(Issuance.form("token=\(revoked.revealedValue)"))
        _ = try await journey.provider.revoke(
            presented, from: Issuance.basic("web"), caller: Issuance.caller, at: Journey.start)
        #expect(await rejection(journey, revoked) == .tokenNotAccepted(.tokenRevoked))

        let grant = try journey.grant(of: ended)
        journey.provider.revocations.apply(
            try await journey.people.store.end(
                .grant(grant), because: .administrator, at: Journey.start, with: Effects([])), at: Journey.start)
        #expect(await rejection(journey, ended) == .tokenNotAccepted(.grantEnded))
        #expect(await rejection(journey, last, at: Journey.start + .seconds(300)) == .tokenNotAccepted(.expired))

        var user = try await journey.user()
        user.lockedDownAt = Journey.start
        _ = try await journey.people.store.update(user, ending: nil, at: Journey.start, with: Effects([]))
        #expect(await rejection(journey, last) == .tokenNotAccepted(.subjectEnded))
    }

    @Test(arguments: [true, false])
    func `forgets what it made or verified with a key that is not trusted any more`(isSeen: Bool) async throws {
        let journey = try await Journey()
        let token = try await journey.tokens(in: try await journey.signedIn()).accessToken
        if isSeen { #expect(await rejection(journey, token) == nil) }
        let key = try #require(journey.provider.keyRing.snapshot.signer(.ES256, at: Journey.start))
        _ = try await journey.provider.keys.distrust(key.record.id, by: "test", at: Journey.start)
        #expect(await rejection(journey, token) == .tokenNotAccepted(.keyDistrusted))
    }

    @Test(.requirement("oidc-core-5.3.2-5")) func `is signed for clients that want it so`() async throws {
        let journey = try await Journey { $0.relyingParty?.userInfoAlgorithm = .ES256 }
        let token = try await journey.tokens(in: try await journey.signedIn()).accessToken
        let answer = try await journey.provider.userInfo(token, caller: Issuance.caller, at: Journey.start).response
        guard case .signed(let jwt) = answer else { return #expect(Bool(false), "not signed") }
        let key = try #require(journey.provider.keyRing.snapshot.signer(.ES256, at: Journey.start))
        let claims = try UnverifiedJWT(jwt).verified(by: key.verificationKey, type: .exactly("JWT")).claims
        #expect(claims.string("iss") == "https://id.example" && claims.string("aud") == "web")
        #expect(journey.provider.idTokenHint(jwt) == nil, "is no ID token")
    }

    @Test(
        .requirement(
            "oidc-core-8-1", "oidc-core-8.1-1", "oidc-core-8.1-3", "oidc-core-8.1-4", "oidc-core-8.1-5",
            "oidc-core-17.3-1", "9068-2.2-5", "9068-6-2"))
    func `and every token name people by sector where the client is registered so`()
        async throws
    {
        let journey = try await Journey { $0.relyingParty?.subjectType = .pairwise }
        let event = AuditEvent(at: Journey.start, action: "test", actor: "test")
        var same = Journey.client(ClientID(unchecked: "same"))
        same.relyingParty?.redirectURIs = ["https://web.example/same"]
        same.relyingParty?.subjectType = .pairwise
        var other = Journey.client(ClientID(unchecked: "other"))
        other.relyingParty?.subjectType = .pairwise
        for client in [same, other] { _ = try await journey.people.store.insert(client, recording: event) }
        let browser = try await journey.signedIn()
        var subjects: [String: String] = [:]
        for (client, address) in [
            ("web", Journey.redirectURI), ("same", "https://web.example/same"), ("other", "https://other.example/cb"),
        ] {
            let form = try Journey.parameters(["client_id": client, "redirect_uri": address])
            let code = try await journey.code(form, in: browser)
            let tokens = try await journey.redeem(code, by: client, redirectURI: address)
            let id = try Journey.claims(of: try #require(tokens.idToken)).string("sub")
            #expect(try Journey.claims(of: tokens.accessToken).string("sub") == id)
            #expect(try await journey.userInfo(tokens.accessToken).string("sub") == id)
            subjects[client] = id
        }
        #expect(subjects["web"] == subjects["same"] && subjects["web"] != subjects["other"])
        let user = try await journey.user()
        #expect(!subjects.values.contains(user.id.rawValue))
    }

    @Test(.requirement("9068-2.2.3.1-1"))
    func `and tokens say the groups and roles that were asked for, to resources as well`() async throws {
        let journey = try await Journey { client in
            client.relyingParty?.identityScope = Scope(unchecked: ["openid", "groups"])
        }
        var user = try await journey.user()
        user.groups = ["staff"]
        user.roles = ["admin"]
        _ = try await journey.people.store.update(user, ending: nil, at: Journey.start, with: Effects([]))
        let browser = try await journey.signedIn()
        let form = try Journey.parameters(
            ["scope": "openid groups refund"], resources: [Issuance.opaqueAPI.rawValue])
        let tokens = try await journey.tokens(form, in: browser)
        let token = try Journey.claims(of: try #require(tokens.idToken))
        #expect(token.strings("groups") == ["staff"] && token["roles"] == nil)
        #expect(try await journey.userInfo(tokens.accessToken).strings("groups") == ["staff"])
        let presented = try PresentedToken(Issuance.form("token=\(tokens.accessToken.revealedValue)"))
        let answer = try await journey.provider.introspect(
            presented, from: Issuance.basic("payments"), caller: Issuance.caller, at: Journey.start
        ).response
        let told = try JSONObject(parsing: answer.json)
        #expect(told.bool("active") == true && told.strings("groups") == ["staff"] && told["roles"] == nil)
    }

    @Test func `and access tokens say no roles beyond their scope, or what their client may not ask for any more`()
        async throws
    {
        let journey = try await Journey { client in
            client.relyingParty?.identityScope = Scope(unchecked: ["openid", "roles", "offline_access"])
        }
        var user = try await journey.user()
        user.roles = ["admin"]
        _ = try await journey.people.store.update(user, ending: nil, at: Journey.start, with: Effects([]))
        let form = try Journey.parameters(["scope": "openid roles offline_access"])
        let tokens = try await journey.tokens(form, in: try await journey.signedIn())
        #expect(try Journey.claims(of: tokens.accessToken).strings("roles") == ["admin"])
        let narrow = try await journey.refresh(try #require(tokens.refreshToken), scope: "openid")
        #expect(try Journey.claims(of: narrow.accessToken)["roles"] == nil)
        let whole = try await journey.refresh(try #require(narrow.refreshToken))
        #expect(try Journey.claims(of: whole.accessToken).strings("roles") == ["admin"])

        var party = RelyingPartyDraft()
        party.identityScope = "openid offline_access"
        _ = try await journey.people.administration.updateClient(
            Journey.web, with: ClientChange(relyingParty: party), by: .root, at: Journey.start)
        let less = try await journey.refresh(try #require(whole.refreshToken))
        #expect(try Journey.claims(of: less.accessToken)["roles"] == nil)
        #expect(try await journey.userInfo(less.accessToken)["roles"] == nil)
    }
}
