import AuthorizationServer
import JOSE
import OAuth
import Storage
import StorageTesting
import Testing

/// The same for codes, refresh tokens and requests that came too late, too often, or after something behind them ended.
@Suite struct `The explanation of what came too late` {
    private static let start = Journey.start

    private func refused(
        _ journey: Journey, _ token: Secret, at now: NumericDate = start, _ check: Check, found: String,
        _ location: SourceLocation = #_sourceLocation
    ) async {
        ReachedChecks.expect(
            await ReachedChecks.explanation(in: journey.provider, at: now) {
                _ = try await journey.refresh(token, at: now)
            }, check, found: found, location)
    }

    private func end(_ grant: GrantID, in journey: Journey) async throws {
        journey.provider.revocations.apply(
            try await journey.people.store.end(
                .grant(grant), because: .administrator, at: Self.start, with: Effects([])), at: Self.start)
    }

    @Test func `names how a refresh token was used too much`() async throws {
        var policy = ServerPolicy()
        policy.rotation.repeatsPerGeneration = 1
        let journey = try await Journey(policy: policy)
        let browser = try await journey.signedIn()
        let first = try #require(try await journey.tokens(in: browser).refreshToken)
        let second = try #require(try await journey.refresh(first).refreshToken)
        _ = try await journey.refresh(first)
        await refused(journey, first, .refreshTokenRepeatedTooOften, found: "generation 1")
        _ = try await journey.refresh(second)
        await refused(journey, first, .refreshTokenLate, found: "generation 1")
    }

    @Test func `names what ended behind a refresh token`() async throws {
        let journey = try await Journey()
        let browser = try await journey.signedIn()
        let tokens = try await journey.tokens(in: browser)
        let token = try #require(tokens.refreshToken)
        let grant = try journey.grant(of: tokens.accessToken)
        try await end(grant, in: journey)
        await refused(journey, token, .refreshTokenEnded, found: "authorization \(grant)")

        let other = try #require(try await journey.tokens(in: browser).refreshToken)
        let again = try Journey.parameters(["prompt": "consent"])
        guard case .wait(let handle) = try await journey.provider.authorize(again, browser: browser, at: Self.start)
        else { return #expect(Bool(false), "did not wait") }
        let choice = ConsentChoice(isAllowed: true, items: ["openid", "profile"])
        #expect(try await journey.provider.decide(handle, choice, browser: browser, at: Self.start) == .noted)
        await refused(journey, other, .refreshTokenConsentEnded, found: "authorization ")

        let last = try await Journey()
        let kept = try #require(try await last.tokens(in: try await last.signedIn()).refreshToken)
        var user = try await last.user()
        user.isEnabled = false
        _ = try await last.people.store.update(user, ending: nil, at: Self.start, with: Effects([]))
        await refused(last, kept, .refreshTokenUserEnded, found: "user \(user.id)")
    }

    @Test func `names the session that is over`() async throws {
        var policy = ServerPolicy()
        policy.people.sessionIdleLifetime = 300
        policy.people.sessionLifetime = 300
        let journey = try await Journey(policy: policy)
        let browser = try await journey.signedIn()
        let form = try Journey.parameters(["scope": "read"])
        let token = try #require(try await journey.tokens(form, in: browser).refreshToken)
        let later = Self.start + .seconds(301)
        await refused(journey, token, at: later, .refreshTokenSessionEnded, found: "session ")
    }

    @Test func `names what is wrong with a code after the fact`() async throws {
        let journey = try await Journey { $0.relyingParty?.mayOmitPKCE = true }
        let browser = try await journey.signedIn()
        let without = try Journey.parameters(["code_challenge": nil, "code_challenge_method": nil])
        let code = try await journey.code(without, in: browser)
        ReachedChecks.expect(
            await ReachedChecks.explanation(in: journey.provider) { _ = try await journey.redeem(code) },
            .codeVerifierUnexpected, found: "43 bytes")
        let other = try await journey.code(in: browser)
        let record = try #require(try await journey.people.store.code(TokenHash(of: other)))
        try await end(record.authorization.id, in: journey)
        ReachedChecks.expect(
            await ReachedChecks.explanation(in: journey.provider) { _ = try await journey.redeem(other) }, .codeEnded,
            found: "authorization \(record.authorization.id)")
    }

    @Test func `names whose request it is, and that it waits no more`() async throws {
        let journey = try await Journey()
        let provider = journey.provider
        let browser = try await journey.signedIn()
        guard
            case .wait(let handle) = try await provider.authorize(
                Journey.parameters(), browser: browser, at: Self.start)
        else { return #expect(Bool(false), "did not wait") }
        try await journey.people.person("bob")
        let stranger = try await journey.signedIn("bob")
        ReachedChecks.expect(
            await ReachedChecks.explanation(in: provider) {
                _ = try await provider.resumeAuthorization(handle, browser: stranger, at: Self.start)
            }, .ofAnotherBrowser, found: "the cookie")
        let later = Self.start + .seconds(100_000)
        ReachedChecks.expect(
            await ReachedChecks.explanation(in: provider, at: later) {
                _ = try await provider.resumeAuthorization(handle, browser: browser, at: later)
            }, .requestGone, found: "waits no more")
        let event = AuditEvent(at: Self.start, action: "test", actor: "test")
        var program = Journey.client(ClientID(unchecked: "program"))
        program.relyingParty = nil
        _ = try await journey.people.store.insert(program, recording: event)
        var gone = Journey.client(ClientID(unchecked: "gone"))
        gone.isEnabled = false
        _ = try await journey.people.store.insert(gone, recording: event)
        for (id, check) in [("program", Check.notARelyingParty), ("gone", .clientDisabled)] {
            let form = try Journey.parameters(["client_id": id])
            ReachedChecks.expect(
                await ReachedChecks.explanation(in: provider) {
                    _ = try await provider.authorize(form, browser: browser, at: Self.start)
                }, check, found: "client \(id)")
        }
    }

    @Test func `names the keys that nobody can fetch`() async throws {
        let key = try SigningKey.generate(.ES256)
        let form = "client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer&client_assertion="
        let claims = JSONObject([
            ("iss", .string("svc")), ("sub", .string("svc")), ("aud", .string("https://id.example")),
            ("jti", .string("j")), ("iat", .integer(1_800_000_000)), ("exp", .integer(1_800_000_060)),
        ])
        let jwt = try JWTSigner(key, type: "JWT").sign(claims.jsonBytes)
        let away = try await Issuance(clientMethod: .privateKeyJWT, keySetURL: "https://svc.example/jwks")
        let right = try ClientCredentials(authorization: nil, form: Issuance.form(form + jwt))
        ReachedChecks.expect(
            await ReachedChecks.explanation(in: away.provider) { _ = try await away.token(credentials: right) },
            .assertionKeysUnavailable, found: "https://svc.example/jwks")
    }
}
