import AuthorizationServer
import JOSE
import OAuth
import Storage
import StorageTesting
import Testing

/// The same for what hangs from a person: codes, refresh tokens, access tokens, authorization requests and sign-in.
@Suite struct `The explanation of a person's request with one thing broken` {
    @Test func `names what is wrong with a code`() async throws {
        let journey = try await Journey()
        let browser = try await journey.signedIn()
        let code = try await journey.code(in: browser)
        let provider = journey.provider
        ReachedChecks.expect(
            await ReachedChecks.explanation(in: provider) { _ = try await journey.redeem(Secret("tsz_x")) },
            .codeUnknown,
            found: "5 bytes")
        ReachedChecks.expect(
            await ReachedChecks.explanation(in: provider) {
                _ = try await journey.redeem(code, redirectURI: "https://web.example/")
            },
            .codeRedirectURIWrong, found: "https://web.example/", expected: Journey.redirectURI)
        ReachedChecks.expect(
            await ReachedChecks.explanation(in: provider) { _ = try await journey.redeem(code, redirectURI: nil) },
            .codeRedirectURIWrong, found: "(none)", expected: Journey.redirectURI)
        ReachedChecks.expect(
            await ReachedChecks.explanation(in: provider) { _ = try await journey.redeem(code, verifier: nil) },
            .codeVerifierMissing, found: "")
        let verifier = String(repeating: "v", count: 43)
        ReachedChecks.expect(
            await ReachedChecks.explanation(in: provider) { _ = try await journey.redeem(code, verifier: verifier) },
            .codeVerifierWrong, found: "43 bytes")
        let later = Journey.start + .seconds(61)
        ReachedChecks.expect(
            await ReachedChecks.explanation(in: provider, at: later) { _ = try await journey.redeem(code, at: later) },
            .codeExpired, found: "1800000060")
        let event = AuditEvent(at: Journey.start, action: "test", actor: "test")
        _ = try await journey.people.store.insert(Journey.client(ClientID(unchecked: "foe")), recording: event)
        ReachedChecks.expect(
            await ReachedChecks.explanation(in: provider) { _ = try await journey.redeem(code, by: "foe") },
            .codeOfAnotherClient, found: "client foe", expected: "client web")
        _ = try await journey.redeem(code)
        ReachedChecks.expect(
            await ReachedChecks.explanation(in: provider) { _ = try await journey.redeem(code) }, .codeReplayed,
            found: "authorization ")
    }

    @Test func `names what is wrong with a refresh token`() async throws {
        let journey = try await Journey()
        let browser = try await journey.signedIn()
        let tokens = try await journey.tokens(in: browser)
        let first = try #require(tokens.refreshToken)
        let provider = journey.provider
        ReachedChecks.expect(
            await ReachedChecks.explanation(in: provider) { _ = try await journey.refresh(Secret("tsr_x")) },
            .refreshTokenUnknown,
            found: "5 bytes")
        ReachedChecks.expect(
            await ReachedChecks.explanation(in: provider) {
                _ = try await journey.refresh(first, scope: "openid email")
            },
            .scopeExceedsGrant, found: "scope openid email", expected: "profile")
        let event = AuditEvent(at: Journey.start, action: "test", actor: "test")
        _ = try await journey.people.store.insert(Journey.client(ClientID(unchecked: "foe")), recording: event)
        ReachedChecks.expect(
            await ReachedChecks.explanation(in: provider) { _ = try await journey.refresh(first, by: "foe") },
            .refreshTokenOfAnotherClient, found: "client foe", expected: "client web")
        _ = try await journey.refresh(first)
        let later = Journey.start + .seconds(3600)
        ReachedChecks.expect(
            await ReachedChecks.explanation(in: provider, at: later) {
                _ = try await journey.refresh(first, at: later)
            },
            .refreshTokenReused, found: "generation 1", expected: "generation 2")
    }

    @Test func `names what is wrong with an access token, wherever it is shown`() async throws {
        let journey = try await Journey()
        let browser = try await journey.signedIn()
        let provider = journey.provider
        let tokens = try await journey.tokens(in: browser)
        let token = tokens.accessToken
        _ = try await journey.userInfo(token)
        let text = token.revealedValue
        let later = Journey.start + .seconds(100_000)
        let earlier = Journey.start - .seconds(3600)
        let forged = String(text.dropLast(4)) + (text.hasSuffix("AAAA") ? "BBBB" : "AAAA")
        let plain = try await journey.tokens(Journey.parameters(["scope": "read"]), in: browser).accessToken
        let narrow = try await journey.refresh(try #require(tokens.refreshToken), scope: "profile").accessToken
        let foreign = try JWTSigner(SigningKey.generate(.ES256), type: "at+jwt").sign(Array(#"{"iss":"x"}"#.utf8))
        let idToken = try #require(tokens.idToken).revealedValue
        let mutations: [(String, NumericDate, Check, String, String)] = [
            (text, later, .tokenExpired, "s ago", "exp after"),
            (text + "x", Journey.start, .tokenSignatureWrong, "bytes", ""),
            (forged, Journey.start, .tokenSignatureWrong, "bytes", "at+jwt"),
            (idToken, Journey.start, .tokenSignatureWrong, "bytes", "at+jwt"),
            ("nonsense", Journey.start, .tokenMalformed, "8 bytes", ""),
            ("tsa_nonsense", Journey.start, .tokenMalformed, "12 bytes", ""),
            (foreign, Journey.start, .tokenKeyUnknown, "alg ES256", ""),
            (plain.revealedValue, Journey.start, .audienceWrong, "aud https://orders.example", "/userinfo"),
            (narrow.revealedValue, Journey.start, .rightMissing, "scope profile", "openid"),
        ]
        for (token, now, check, found, expected) in mutations {
            // A changed end may already be no base64url: then it is malformed, and says so.
            let decision = await ReachedChecks.explanation(in: provider, at: now) {
                _ = try await journey.userInfo(Secret(token), at: now)
            }
            if decision?.check == .tokenMalformed, check == .tokenSignatureWrong { continue }
            ReachedChecks.expect(decision, check, found: found, expected: expected)
        }
        let issuance = try await Issuance()
        let early = try await issuance.token().accessToken
        for (resource, now, check, found) in [
            ("orders", later, Check.tokenExpired, "s ago"), ("orders", earlier, .tokenIssuedInFuture, "in 3600 s"),
            ("payments", Issuance.start, .audienceWrong, "aud https://orders.example"),
        ] {
            ReachedChecks.expect(
                await ReachedChecks.explanation(in: issuance.provider, at: now) {
                    _ = try await issuance.introspect(early, by: resource, at: now)
                }, check, found: found)
        }
        ReachedChecks.expect(
            await ReachedChecks.explanation(in: issuance.provider) {
                _ = try await issuance.introspect(early, by: "svc")
            },
            .notAResource, found: "svc is a client")
        try await issuance.revoke(early)
        ReachedChecks.expect(
            await ReachedChecks.explanation(in: issuance.provider) { _ = try await issuance.introspect(early) },
            .tokenRevoked,
            found: "jti ")
    }

    @Test func `names what is wrong with an authorization request`() async throws {
        let journey = try await Journey()
        let browser = try await journey.signedIn()
        let provider = journey.provider
        let mutations: [([String: String?], Check, String)] = [
            (["client_id": nil], .clientMissing, "no client_id"),
            (["client_id": "webb"], .clientUnknown, "client_id webb"),
            (["redirect_uri": "https://web.example/cb/"], .redirectURIWrong, "redirect_uri https://web.example/cb/"),
            (["redirect_uri": nil], .redirectURIWrong, "(none)"),
            (["response_type": "token"], .unsupportedResponseType, ""),
            (["scope": "openid nonsense"], .invalidScope, ""),
            (["code_challenge": nil, "code_challenge_method": nil], .invalidRequest, "code_challenge"),
            (["code_challenge_method": "plain"], .invalidRequest, "code_challenge"),
            (["id_token_hint": "x"], .invalidRequest, "id_token_hint"),
            (["prompt": "none"], .consentRequired, "the person has to be asked"),
            (["request_uri": "urn:ietf:params:oauth:request_uri:tsp_x"], .pushedRequestWrong, "bytes"),
        ]
        for (change, check, found) in mutations {
            let form = try Journey.parameters(change)
            ReachedChecks.expect(
                await ReachedChecks.explanation(in: provider) {
                    _ = try await provider.authorize(form, browser: browser, at: Journey.start)
                }, check, found: found)
        }
    }

    @Test func `points from the audit log to the first of the folded`() async throws {
        let issuance = try await Issuance()
        let wrong = try Issuance.basic("svc", Secret("tsc_wrong"))
        for _ in 0..<5 { _ = try? await issuance.token(credentials: wrong) }
        #expect(await issuance.provider.flush(at: Issuance.start).isEmpty)
        let events = try await issuance.events("token.refused")
        let event = try #require(events.first)
        #expect(events.count == 1 && event.count == 5)
        let id = try #require(DecisionID(event.decision))
        let decision = try #require(issuance.provider.decisions.decision(id, at: Issuance.start))
        #expect(decision.check == .clientSecretWrong && decision.number == 1)
        #expect(decision.endpoint == "token" && decision.client?.rawValue == "svc")
    }
}
