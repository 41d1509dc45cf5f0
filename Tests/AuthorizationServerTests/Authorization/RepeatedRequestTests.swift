import AuthorizationServer
import JOSE
import OAuth
import Storage
import StorageTesting
import Testing

/// What an authorization request leaves behind that nobody finishes, or that comes again and again.
@Suite struct `An authorization request that is repeated or left` {
    @Test func `gives nothing when the application was ended after the person said yes`() async throws {
        let journey = try await Journey()
        let browser = try await journey.signedIn()
        guard
            case .wait(let handle) = try await journey.provider.authorize(
                Journey.parameters(), browser: browser, at: Journey.start),
            case .consent(let prompt) = try await journey.provider.resumeAuthorization(
                handle, browser: browser, at: Journey.start)
        else { return #expect(Bool(false), "nobody is asked") }
        let choice = ConsentChoice(isAllowed: true, items: Set(prompt.items.map(\.id)))
        #expect(try await journey.provider.decide(handle, choice, browser: browser, at: Journey.start) == .noted)
        let account = try await journey.people.account(of: browser)
        #expect(try await account.endApplication(Journey.web, at: Journey.start).isDone)
        let step = try await journey.provider.resumeAuthorization(handle, browser: browser, at: Journey.start)
        guard case .refuse(.gone) = step else { return #expect(Bool(false), "the answer outlives the application") }
    }

    @Test func `silently leaves neither rows nor events for each time`() async throws {
        let journey = try await Journey()
        let browser = try await journey.signedIn()
        _ = try await journey.tokens(in: browser)
        let silent = try Journey.parameters(["prompt": "none"])
        for turn in 1...40 {
            _ = try await journey.code(silent, in: browser, at: Journey.start + .seconds(Int64(turn) * 60))
        }
        let now = Journey.start + .seconds(40 * 60)
        let user = try await journey.user()
        #expect(try await journey.people.store.authorizations(of: user.id, at: now).count == 2)
        let events = try await journey.events("authorization.given")
        #expect(events.count == 3 && events.map(\.count).reduce(0, +) == 41)
    }

    @Test func `ends the oldest that its client holds in the session, tokens included`() async throws {
        var policy = ServerPolicy()
        policy.authorizationsPerSession = 2
        let journey = try await Journey(policy: policy)
        let browser = try await journey.signedIn()
        let first = try await journey.tokens(in: browser)
        let second = try await journey.tokens(in: browser, at: Journey.start + .seconds(1))
        let third = try await journey.tokens(in: browser, at: Journey.start + .seconds(2))
        #expect(try await !journey.isAlive(first.accessToken))
        for tokens in [second, third] { #expect(try await journey.isAlive(tokens.accessToken)) }
        let old = try journey.grant(of: first.accessToken)
        #expect(
            try await journey.events("authorization.replaced").map {
                $0.detail.contains("authorization:\(old), replaced")
            }
                == [true])
    }

    @Test func `names each authorization that is given, its client, and where from`() async throws {
        let journey = try await Journey()
        let browser = try await journey.signedIn()
        for turn in 0..<3 {
            let now = Journey.start + .seconds(Int64(turn) * 120)
            let grant = try journey.grant(of: try await journey.tokens(in: browser, at: now).accessToken)
            let events = try await journey.events("authorization.given")
            let event = try #require(events.first { $0.detail == "client:web authorization:\(grant)" })
            #expect(event.address == browser.caller.address && event.at == now && event.count == 1)
        }
    }

    @Test func `gives nothing for a client or at a resource that changed at this very moment`() async throws {
        for isOfClient in [true, false] {
            let journey = try await Journey()
            let browser = try await journey.signedIn()
            let asked = try Journey.parameters(["scope": "openid read"], resources: [Journey.api.rawValue])
            _ = try await journey.code(asked, in: browser)
            // In the store, and not yet known to those who judge requests: as it is between the two.
            let store = journey.people.store
            let event = AuditEvent(at: Journey.start, action: "test", actor: "test")
            if isOfClient {
                let client = try #require(try await store.client(Journey.web))
                _ = try await store.update(client, advancing: [], recording: event)
            } else {
                let resource = try #require(try await store.resource(identifiedBy: Journey.api))
                _ = try await store.update(resource, advancing: [], recording: event)
            }
            let step = try await journey.provider.authorize(asked, browser: browser, at: Journey.start)
            guard case .refuse(.gone) = step else { return #expect(Bool(false), "given: \(isOfClient)") }
        }
    }

    @Test func `lives no longer than its access tokens where no refresh token can be had`() async throws {
        let journey = try await Journey()
        let browser = try await journey.signedIn()
        let tokens = try await journey.tokens(try Journey.parameters(["scope": "openid"]), in: browser)
        #expect(tokens.refreshToken == nil)
        let found = try await journey.people.store.authorization(try journey.grant(of: tokens.accessToken))
        let authorization = try #require(found)
        #expect(authorization.expiresAt <= Journey.start + .seconds(60 + ServerPolicy.longestAccessTokenLifetime))
    }
}
