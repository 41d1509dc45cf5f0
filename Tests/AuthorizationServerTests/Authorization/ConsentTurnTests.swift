import AuthorizationServer
import JOSE
import OAuth
import Storage
import StorageTesting
import Testing

/// When what comes from a consent page counts.
@Suite struct `An answer to the consent page` {
    private static let yes = ConsentChoice(isAllowed: true, items: ["openid", "profile", "offline_access"])

    private func waiting(_ journey: Journey, _ form: FormParameters, in browser: Browser) async throws -> Secret {
        guard case .wait(let handle) = try await journey.provider.authorize(form, browser: browser, at: Journey.start)
        else { throw DidNotWait() }
        return handle
    }
    private struct DidNotWait: Error {}

    @Test func `changes nothing before the person proved anew who they are, and leads them there`() async throws {
        let journey = try await Journey()
        try await journey.people.person("bob")
        let hint = try #require(try await journey.tokens(in: try await journey.signedIn("bob")).idToken)
        let browser = try await journey.signedIn()
        let user = try await journey.user()
        let before = try await journey.events("consent.given").count
        let changes: [[String: String?]] = [
            ["prompt": "login"], ["max_age": "0"], ["id_token_hint": hint.revealedValue],
        ]
        for change in changes {
            let handle = try await waiting(journey, try Journey.parameters(change), in: browser)
            for choice in [Self.yes, ConsentChoice(isAllowed: false, items: [])] {
                #expect(
                    try await journey.provider.decide(handle, choice, browser: browser, at: Journey.start)
                        == .notAsked)
            }
            guard
                case .signIn = try await journey.provider.resumeAuthorization(
                    handle, browser: browser, at: Journey.start)
            else { return #expect(Bool(false), "not led to sign in: \(change)") }
        }
        #expect(try await journey.people.store.consent(of: user.id, to: Journey.web) == nil)
        #expect(try await journey.events("consent.given").count == before)
        #expect(try await journey.events("consent.denied").isEmpty)
    }

    /// An ID token is for its client alone: the store and its backups need no more than whom it named.
    @Test func `waits without the ID token that was hinted with, and for the person whom that named`() async throws {
        let journey = try await Journey()
        try await journey.people.person("bob")
        let hint = try #require(try await journey.tokens(in: try await journey.signedIn("bob")).idToken).revealedValue
        let browser = try await journey.signedIn()
        let handle = try await waiting(journey, try Journey.parameters(["id_token_hint": hint]), in: browser)
        let store = journey.people.store
        let kept = try #require(try await store.pendingAuthorization(TokenHash(of: handle), at: Journey.start))
        #expect(!String(decoding: kept.parameters, as: UTF8.self).contains(hint.prefix(16)))
        guard
            case .signIn = try await journey.provider.resumeAuthorization(handle, browser: browser, at: Journey.start)
        else { return #expect(Bool(false), "the wrong person went on") }
        // Nobody else writes what the store holds in its place.
        let bob = try #require(UnverifiedJWT(hint).claimedSubject)
        #expect(
            try await journey.error(Journey.parameters(["id_token_hint": "sub=\(bob)"]), in: browser)
                == .invalidRequest)
    }

    @Test func `counts after signing in for that request`() async throws {
        let journey = try await Journey()
        let browser = try await journey.signedIn()
        let handle = try await waiting(journey, try Journey.parameters(["prompt": "login consent"]), in: browser)
        guard case .signedIn(let secrets, _) = try await journey.people.signIn("ada", in: browser, handle: handle)
        else { return #expect(Bool(false), "not signed in") }
        let fresh = People.browser(secrets: secrets)
        // And once more: the last one is what holds.
        for _ in 0..<2 {
            #expect(
                try await journey.provider.decide(handle, Self.yes, browser: fresh, at: Journey.start) == .noted)
        }
        guard
            case .respond(let response, _) = try await journey.provider.resumeAuthorization(
                handle, browser: fresh, at: Journey.start), case .code = response.outcome
        else { return #expect(Bool(false), "no code") }
    }

    @Test func `is not heard where nobody is asked`() async throws {
        let journey = try await Journey { $0.relyingParty?.isFirstParty = true }
        let browser = try await journey.signedIn()
        let nobody = Browser(secret: browser.secret, session: nil, caller: Issuance.caller)
        // It waits for the sign-in only.
        let handle = try await waiting(journey, try Journey.parameters(), in: nobody)
        #expect(try await journey.provider.decide(handle, Self.yes, browser: browser, at: Journey.start) == .notAsked)
        let user = try await journey.user()
        #expect(try await journey.people.store.consent(of: user.id, to: Journey.web) == nil)
    }

    @Test func `is remembered beside another of that moment, and brings nothing back that ended then`() async throws {
        let journey = try await Journey()
        let (provider, store) = (journey.provider, journey.people.store)
        let browser = try await journey.signedIn()
        let user = try await journey.user()
        let before = Consent(
            subject: user.id, client: Journey.web, identityScope: Scope(unchecked: ["openid", "profile"]),
            resourceScopes: [:], givenAt: Journey.start)
        let mail = ConsentChoice(isAllowed: true, items: ["openid", "email"])
        let orders = ConsentChoice(isAllowed: true, items: ["openid", "\(Journey.api) read"])
        for round in 0..<50 {
            try await store.give(before, with: Effects([]))
            let askingMail = try await waiting(
                journey, try Journey.parameters(["scope": "openid email"]), in: browser)
            let askingOrders = try await waiting(
                journey, try Journey.parameters(["scope": "openid read"], resources: [Journey.api.rawValue]),
                in: browser)
            async let first = provider.decide(askingMail, mail, browser: browser, at: Journey.start)
            async let second = provider.decide(askingOrders, orders, browser: browser, at: Journey.start)
            if round.isMultiple(of: 2) {
                _ = try await store.end(
                    .application(user.id, Journey.web), because: .applicationEnded, at: Journey.start,
                    with: Effects([]))
            }
            let outcomes = try await [first, second]
            #expect(outcomes == [.noted, .noted])
            let consent = try await store.consent(of: user.id, to: Journey.web)
            if round.isMultiple(of: 2) {
                #expect(consent?.identityScope.contains("profile") != true)
            } else {
                #expect(consent?.identityScope == Scope(unchecked: ["openid", "profile", "email"]))
                #expect(consent?.resourceScopes == [Journey.api: Scope(unchecked: ["read"])])
            }
        }
    }

    @Test func `is a no also where a second tab said yes meanwhile`() async throws {
        let journey = try await Journey()
        let browser = try await journey.signedIn()
        let first = try await waiting(journey, try Journey.parameters(), in: browser)
        let second = try await waiting(journey, try Journey.parameters(), in: browser)
        #expect(try await journey.provider.decide(first, Self.yes, browser: browser, at: Journey.start) == .noted)
        let no = ConsentChoice(isAllowed: false, items: [])
        #expect(try await journey.provider.decide(second, no, browser: browser, at: Journey.start) == .noted)
        guard
            case .respond(let response, _) = try await journey.provider.resumeAuthorization(
                second, browser: browser, at: Journey.start), case .error(let error) = response.outcome
        else { return #expect(Bool(false), "no answer") }
        #expect(error.code == .accessDenied)
    }
}
