import AuthorizationServer
import JOSE
import OAuth
import Storage
import StorageTesting
import TestSupport
import Testing

/// The `claims` parameter (OpenID Core §5.5): what it opens, and who has to agree.
@Suite struct `Claims that are asked for by name` {
    private static let places: [(claims: String, place: ClaimMapping.Target)] = [
        (#"{"userinfo":{"email":{"essential":true},"shoe_size":null}}"#, ClaimMapping.Target.userInfo),
        (#"{"id_token":{"email":null,"shoe_size":{"essential":true}}}"#, ClaimMapping.Target.idToken),
    ]

    private func parameters(_ claims: String, _ changes: [String: String?] = [:]) throws -> FormParameters {
        var values: [String: String?] = ["scope": "openid offline_access", "claims": claims]
        values.merge(changes) { $1 }
        return try Journey.parameters(values)
    }

    /// The consent page of a request.
    private func asked(
        _ journey: Journey, _ form: FormParameters, in browser: Browser
    ) async throws -> ConsentPrompt? {
        guard
            case .wait(let handle) = try await journey.provider.authorize(form, browser: browser, at: Journey.start),
            case .consent(let prompt) = try await journey.provider.resumeAuthorization(
                handle, browser: browser, at: Journey.start)
        else { return nil }
        return prompt
    }

    /// Tokens of a request in which these items stay ticked.
    private func tokens(
        _ journey: Journey, _ form: FormParameters, ticking items: Set<String>, in browser: Browser
    ) async throws -> TokenResponse {
        let prompt = try #require(try await asked(journey, form, in: browser))
        let choice = ConsentChoice(isAllowed: true, items: items)
        #expect(
            try await journey.provider.decide(prompt.handle, choice, browser: browser, at: Journey.start) == .noted)
        guard
            case .respond(let response, _) = try await journey.provider.resumeAuthorization(
                prompt.handle, browser: browser, at: Journey.start), case .code(let code) = response.outcome
        else { throw NoCode() }
        return try await journey.redeem(code)
    }
    private struct NoCode: Error {}

    /// Where the address was told.
    private func told(_ journey: Journey, _ tokens: TokenResponse) async throws -> Set<ClaimMapping.Target> {
        var places: Set<ClaimMapping.Target> = []
        if try await journey.userInfo(tokens.accessToken)["email"] != nil { places.insert(.userInfo) }
        if try Journey.claims(of: tokens.accessToken)["email"] != nil { places.insert(.accessToken) }
        if let token = tokens.idToken, try Journey.claims(of: token)["email"] != nil { places.insert(.idToken) }
        return places
    }

    @Test(.requirement("oidc-core-5.5-1", "oidc-core-5.5-3"))
    func `are put before the person, and told where they were asked for and nowhere else`() async throws {
        for (claims, place) in Self.places {
            let journey = try await Journey()
            let browser = try await journey.signedIn()
            let form = try parameters(claims)
            let prompt = try #require(try await asked(journey, form, in: browser))
            #expect(prompt.items.map(\.id) == ["openid", "offline_access", "email"])
            let tokens = try await journey.tokens(form, in: browser)
            #expect(try await told(journey, tokens) == [place])
            // No token grows by it.
            #expect(tokens.scope == Scope(unchecked: ["openid", "offline_access"]))
            #expect(try Journey.claims(of: tokens.accessToken).string("scope") == "openid offline_access")
            #expect(try await journey.userInfo(tokens.accessToken)["email_verified"] == nil)
            let again = try await journey.refresh(try #require(tokens.refreshToken))
            #expect(try await told(journey, again) == [place])
            // Agreed to once, nobody is asked again.
            for (claims, place) in Self.places {
                let silent = try parameters(claims, ["prompt": "none"])
                #expect(try await told(journey, try await journey.tokens(silent, in: browser)) == [place])
            }
        }
    }

    @Test(.requirement("oidc-core-5.5-3", "oidc-core-3.1.2.4-1"))
    func `are not told without the person's consent, nor any longer than it stands`() async throws {
        for (claims, place) in Self.places {
            let journey = try await Journey()
            let browser = try await journey.signedIn()
            _ = try await journey.tokens(Journey.parameters(["scope": "openid offline_access"]), in: browser)
            let silent = try parameters(claims, ["prompt": "none"])
            #expect(try await journey.error(silent, in: browser) == .consentRequired)

            let form = try parameters(claims)
            let without = try await tokens(journey, form, ticking: ["offline_access"], in: browser)
            #expect(try await told(journey, without).isEmpty)
            let with = try await tokens(journey, form, ticking: ["offline_access", "email"], in: browser)
            #expect(try await told(journey, with) == [place])
            // What was unticked on the way of an authorization is not part of it, whatever is agreed to later.
            #expect(try await told(journey, without).isEmpty)

            let user = try await journey.user()
            var consent = try #require(try await journey.people.store.consent(of: user.id, to: Journey.web))
            consent.identityScope = Scope(unchecked: ["openid", "offline_access"])
            try await journey.people.store.give(consent, with: Effects([]))
            let again = try await journey.refresh(try #require(with.refreshToken))
            #expect(try await told(journey, again).isEmpty)
            #expect(try await journey.userInfo(with.accessToken)["email"] == nil)
        }
    }

    @Test(.requirement("oidc-core-5.5-3"))
    func `are left out, and nobody is asked for them, where the client may not have them`() async throws {
        for (claims, _) in Self.places {
            let journey = try await Journey {
                $0.relyingParty?.identityScope = Scope(unchecked: ["openid", "offline_access"])
            }
            let browser = try await journey.signedIn()
            let form = try parameters(claims)
            let prompt = try #require(try await asked(journey, form, in: browser))
            #expect(prompt.items.map(\.id) == ["openid", "offline_access"])
            #expect(try await told(journey, try await journey.tokens(form, in: browser)).isEmpty)
        }
    }

    @Test func `go to an operator's own application without asking, but not what was unticked on its page`()
        async throws
    {
        for (claims, place) in Self.places {
            let journey = try await Journey { $0.relyingParty?.isFirstParty = true }
            let browser = try await journey.signedIn()
            let silent = try parameters(claims, ["prompt": "none"])
            #expect(try await told(journey, try await journey.tokens(silent, in: browser)) == [place])
            let form = try parameters(claims, ["prompt": "consent"])
            let without = try await tokens(journey, form, ticking: ["offline_access"], in: browser)
            #expect(try await told(journey, without).isEmpty)
        }
    }

    @Test(.requirement("oidc-core-5.5.1-1"))
    func `are left out with a value that is not theirs`() async throws {
        let journey = try await Journey()
        let browser = try await journey.signedIn()
        let rows: [(value: String, places: Set<ClaimMapping.Target>)] = [
            ("ada@mail.example", [.userInfo]), ("bob@mail.example", []),
        ]
        for (value, places) in rows {
            let form = try parameters(#"{"userinfo":{"email":{"value":"\#(value)"}}}"#)
            let tokens = try await journey.tokens(form, in: browser)
            #expect(try await told(journey, tokens) == places, "\(value)")
        }
    }

    @Test func `are also those that the operator maps, for the scopes and places of the mapping`() async throws {
        var policy = ServerPolicy()
        policy.people.claimMapping = try #require(
            ClaimMapping(adding: [
                .init(claim: "dept", source: .attribute("nickname"), scope: "roles", targets: [.userInfo]),
                .init(claim: "later", source: .attribute("nickname"), scope: "offline_access"),
            ]))
        let journey = try await Journey(policy: policy) {
            $0.relyingParty?.identityScope = Scope(unchecked: ["openid", "offline_access", "groups", "roles"])
        }
        var user = try await journey.user()
        user.groups = ["staff"]
        user.roles = ["admin"]
        user.attributes["nickname"] = .string("heron")
        _ = try await journey.people.store.update(user, ending: nil, at: Journey.start, with: Effects([]))
        let browser = try await journey.signedIn()
        let names = #"{"groups":null,"dept":null,"later":null}"#
        let form = try parameters(#"{"userinfo":\#(names),"id_token":\#(names)}"#, ["scope": "openid"])
        let prompt = try #require(try await asked(journey, form, in: browser))
        #expect(prompt.items.map(\.id) == ["openid", "groups", "roles"])
        let tokens = try await journey.tokens(form, in: browser)
        let info = try await journey.userInfo(tokens.accessToken)
        #expect(info.strings("groups") == ["staff"] && info.string("dept") == "heron")
        #expect(info["roles"] == nil && info["later"] == nil)
        let identity = try Journey.claims(of: try #require(tokens.idToken))
        #expect(identity.strings("groups") == ["staff"] && identity["dept"] == nil && identity["roles"] == nil)
        let access = try Journey.claims(of: tokens.accessToken)
        #expect(access["groups"] == nil && access.string("scope") == "openid")
    }
}
