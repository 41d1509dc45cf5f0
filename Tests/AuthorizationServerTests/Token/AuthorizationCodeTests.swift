import AuthorizationServer
import JOSE
import OAuth
import Storage
import StorageTesting
import TestSupport
import Testing

@Suite struct `An authorization code` {
    private static func fault(_ error: (any Error)?) -> CodeFault? {
        guard case .codeRefused(_, let fault)? = error as? Rejection else { return nil }
        return fault
    }

    private func fault(_ body: () async throws -> Void) async -> CodeFault? {
        do {
            try await body()
            return nil
        } catch { return Self.fault(error) }
    }

    /// One thing wrong in a redemption.
    struct Wrong: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let fault: CodeFault
        var client = "web"
        var redirectURI: String? = Journey.redirectURI
        var verifier: String? = Journey.verifier
    }

    static let wrongs: [Wrong] = [
        Wrong(testDescription: "another client", fault: .ofAnotherClient, client: "other"),
        Wrong(testDescription: "no redirect_uri", fault: .redirectURIWrong, redirectURI: nil),
        Wrong(
            testDescription: "another registered redirect_uri", fault: .redirectURIWrong,
            redirectURI: "https://web.example/other"),
        Wrong(
            testDescription: "redirect_uri with a slash more", fault: .redirectURIWrong,
            redirectURI: Journey.redirectURI + "/"),
        Wrong(testDescription: "no verifier", fault: .verifierMissing, verifier: nil),
        Wrong(
            testDescription: "a verifier cut short", fault: .verifierWrong,
            verifier: String(Journey.verifier.dropLast())),
        Wrong(
            testDescription: "a verifier with one bit else", fault: .verifierWrong,
            verifier: "e" + Journey.verifier.dropFirst()),
        Wrong(
            testDescription: "a verifier in capitals", fault: .verifierWrong, verifier: Journey.verifier.uppercased()),
        Wrong(
            testDescription: "a verifier that is too long", fault: .verifierWrong,
            verifier: Journey.verifier + String(repeating: "a", count: 86)),
    ]

    @Test(
        .requirement(
            "6749-4.1.3-1", "6749-4.1.3-4", "6749-4.1.3-5", "6749-4.1.3-6", "6749-10.6-1", "7636-4.1-1", "7636-4.4-1",
            "7636-4.6-1", "7636-4.6-2", "7636-4.6-3", "9700-2.1.1-4", "9700-4.5.3-1", "9700-4.7.1-1",
            "oidc-core-3.1.3.2-2", "oidc-core-3.1.3.2-3", "oidc-core-3.1.3.2-5", "6749-5.2-7"), arguments: wrongs)
    func `is refused to whoever gets one thing wrong, and spoiled for nobody`(wrong: Wrong) async throws {
        let journey = try await Journey()
        _ = try await journey.people.store.insert(
            Journey.client(ClientID(unchecked: "other")),
            recording: AuditEvent(at: Journey.start, action: "test", actor: "test"))
        let code = try await journey.code(in: try await journey.signedIn())
        let fault = await fault {
            _ = try await journey.redeem(
                code, by: wrong.client, redirectURI: wrong.redirectURI, verifier: wrong.verifier)
        }
        #expect(fault == wrong.fault)
        #expect(Rejection.codeRefused(Journey.web, wrong.fault).oauthError.code == .invalidGrant)
        #expect(try await journey.redeem(code).idToken != nil, "the right client still gets its tokens")
    }

    @Test(.requirement("6749-4.1.2-1", "6749-4.1.2-2", "6749-10.5-1", "9700-4.3.1-1", "oidc-core-16.11-1"))
    func `works until its last second`() async throws {
        let journey = try await Journey()
        let browser = try await journey.signedIn()
        let early = try await journey.code(in: browser)
        let late = try await journey.code(in: browser)
        #expect(try await journey.redeem(early, at: Journey.start + .seconds(59)).idToken != nil)
        let fault = await fault { _ = try await journey.redeem(late, at: Journey.start + .seconds(60)) }
        #expect(fault == .expired)
    }

    @Test(
        .requirement(
            "6749-4.1.2-3", "6749-4.1.2-4", "6749-10.5-2", "9700-4.2.4-3", "9700-4.2.4-4", "oidc-core-3.1.3.2-4"))
    func `brought twice by its own client ends all that it gave`() async throws {
        let journey = try await Journey()
        let tokens: TokenResponse
        let code = try await journey.code(in: try await journey.signedIn())
        tokens = try await journey.redeem(code)
        let refreshToken = try #require(tokens.refreshToken)
        let fault = await fault { _ = try await journey.redeem(code) }
        #expect(fault == .replayed)
        #expect(try await !journey.isAlive(tokens.accessToken))
        await #expect(throws: Rejection.refreshTokenRefused(Journey.web, .ended)) {
            try await journey.refresh(refreshToken)
        }
        await #expect(throws: Rejection.self) { try await journey.userInfo(tokens.accessToken) }
        #expect(try await journey.events("authorization_code.replayed").count == 1)
    }

    @Test func `brought again by somebody else harms nobody`() async throws {
        let journey = try await Journey()
        _ = try await journey.people.store.insert(
            Journey.client(ClientID(unchecked: "other")),
            recording: AuditEvent(at: Journey.start, action: "test", actor: "test"))
        let code = try await journey.code(in: try await journey.signedIn())
        let tokens = try await journey.redeem(code)
        let stranger = await fault { _ = try await journey.redeem(code, by: "other") }
        let guesser = await fault {
            _ = try await journey.redeem(code, verifier: String(repeating: "a", count: 43))
        }
        #expect(stranger == .ofAnotherClient && guesser == .verifierWrong)
        #expect(try await journey.isAlive(tokens.accessToken))
    }

    @Test(.requirement("6749-4.1.2-3", "9700-4.2.4-3"))
    func `redeemed a hundred times at once gives tokens once at most`() async throws {
        let journey = try await Journey()
        let code = try await journey.code(in: try await journey.signedIn())
        let won = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<100 { group.addTask { (try? await journey.redeem(code)) != nil } }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(won == 1)
    }

    @Test func `is worth nothing when session or person may not act any more`() async throws {
        for isDisabled in [true, false] {
            let journey = try await Journey()
            let browser = try await journey.signedIn()
            let code = try await journey.code(Journey.parameters(["scope": "openid"]), in: browser)
            if isDisabled {
                let user = try await journey.user()
                var disabled = user
                disabled.isEnabled = false
                _ = try await journey.people.store.update(
                    disabled, ending: nil, at: Journey.start, with: Effects([]))
            } else {
                try await journey.provider.signOut(browser, at: Journey.start)
            }
            let fault = await fault { _ = try await journey.redeem(code) }
            #expect(fault == .ended)
        }
    }

    /// The client hears of the sign-out at once: a code may not sign the person in again after that.
    @Test func `of a session that ended buys no offline access either`() async throws {
        let journey = try await Journey()
        let browser = try await journey.signedIn()
        let code = try await journey.code(in: browser)
        try await journey.provider.signOut(browser, at: Journey.start)
        let fault = await fault { _ = try await journey.redeem(code) }
        #expect(fault == .ended)
    }

    /// RFC 9700 §4.14 asks it of a refresh; a code that waited is no older.
    @Test func `buys what the person agrees to when it is redeemed`() async throws {
        let journey = try await Journey()
        let browser = try await journey.signedIn()
        let form = try Journey.parameters(
            ["scope": "openid profile offline_access read"], resources: [Journey.api.rawValue])
        let (narrow, none) = (try await journey.code(form, in: browser), try await journey.code(form, in: browser))
        let user = try await journey.user()
        var consent = try #require(try await journey.people.store.consent(of: user.id, to: Journey.web))
        consent.identityScope = Scope(unchecked: ["openid", "offline_access"])
        try await journey.people.store.give(consent, with: Effects([]))
        let tokens = try await journey.redeem(narrow)
        #expect(tokens.scope == Scope(unchecked: ["openid", "offline_access", "read"]))
        consent.identityScope = Scope(unchecked: ["openid"])
        try await journey.people.store.give(consent, with: Effects([]))
        let fault = await fault { _ = try await journey.redeem(none) }
        #expect(fault == .ended, "offline access was agreed to under its own name")
    }

    @Test func `is worth nothing when its session was idle for too long, but for offline access`() async throws {
        var policy = ServerPolicy()
        policy.people.sessionIdleLifetime = 300
        // So seldom that coming for the code is not noted as a use.
        policy.people.sessionTouchInterval = 1000
        let journey = try await Journey(policy: policy)
        let browser = try await journey.signedIn()
        let asked = Journey.start + .seconds(290)
        let bound = try Journey.parameters(["scope": "openid"])
        let early = try await journey.code(bound, in: browser, at: asked)
        let late = try await journey.code(bound, in: browser, at: asked)
        let offline = try await journey.code(in: browser, at: asked)
        #expect(try await journey.redeem(early, at: Journey.start + .seconds(299)).idToken != nil)
        let idle = Journey.start + .seconds(300)
        let fault = await fault { _ = try await journey.redeem(late, at: idle) }
        #expect(fault == .ended)
        #expect(journey.provider.decisions.decisions(DecisionQuery(), at: idle).first?.check == .codeEnded)
        #expect(try await journey.redeem(offline, at: idle).refreshToken != nil)
        // Who brings a code twice is told and treated as ever.
        let replayed = await self.fault { _ = try await journey.redeem(early, at: idle) }
        #expect(replayed == .replayed)
    }

    @Test(.requirement("7636-5-1", "9700-2.1.1-5", "9700-4.8.2-1"))
    func `is asked for without PKCE only where the registration says so`() async throws {
        let without: [String: String?] = ["code_challenge": nil, "code_challenge_method": nil]
        let strict = try await Journey()
        #expect(
            try await strict.error(Journey.parameters(without), in: try await strict.signedIn()) == .invalidRequest)

        let journey = try await Journey { $0.relyingParty?.mayOmitPKCE = true }
        let browser = try await journey.signedIn()
        let code = try await journey.code(Journey.parameters(without), in: browser)
        #expect(try await journey.redeem(code, verifier: nil).idToken != nil)
        let other = try await journey.code(Journey.parameters(without), in: browser)
        let downgraded = await fault { _ = try await journey.redeem(other) }
        #expect(downgraded == .verifierUnexpected)
        let noNonce = try Journey.parameters(without.merging(["nonce": nil]) { $1 })
        #expect(try await journey.error(noNonce, in: browser) == .invalidRequest)
        let noOpenID = try Journey.parameters(without.merging(["scope": "read"]) { $1 })
        #expect(try await journey.error(noOpenID, in: browser) == .invalidRequest)
    }

    @Test(.requirement("9700-4.14.2-1", "oidc-core-3.1.3.2-6", "oidc-core-3.1.2.1-3", "oidc-core-3.1.2.2-2"))
    func `makes no refresh token without offline_access, or for a client that may not refresh`() async throws {
        let journey = try await Journey()
        let browser = try await journey.signedIn()
        #expect(
            try await journey.tokens(Journey.parameters(["scope": "openid profile"]), in: browser).refreshToken == nil)
        let plain = try await journey.tokens(Journey.parameters(["scope": "read"]), in: browser)
        #expect(plain.refreshToken != nil && plain.idToken == nil, "not an OpenID request")
        let other = try await Journey { $0.grantTypes = [.authorizationCode] }
        let tokens = try await other.tokens(in: try await other.signedIn())
        #expect(tokens.refreshToken == nil && !tokens.scope.contains("offline_access"))
    }
}
