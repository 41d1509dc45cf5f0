import JOSE
import OAuth
import OAuthClient
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct `A token session` {
    private let fresh = #"{"access_token":"at2","token_type":"bearer","expires_in":300,"refresh_token":"rt2"}"#

    @Test func `hands out its token until it is nearly over`() async throws {
        let app = try Application()
        let session = app.flow.session(try await app.signIn())
        #expect(try await session.accessToken(at: app.now + .seconds(269)).revealedValue == "at1")
        await app.crafted.answerTokens(fresh)
        #expect(try await session.accessToken(at: app.now + .seconds(270)).revealedValue == "at2")
        let last = try #require(await app.crafted.tokenRequests.last)
        #expect(last["grant_type"] == "refresh_token" && last["refresh_token"] == "rt1")
    }

    @Test func `refreshes once for all who wait`() async throws {
        let app = try Application()
        let session = app.flow.session(try await app.signIn())
        await app.crafted.answerTokens(fresh)
        await app.crafted.holdTokens()
        let later = app.now + .seconds(280)
        let tokens = try await withThrowingTaskGroup(of: Secret.self) { group in
            for _ in 0..<50 { group.addTask { try await session.accessToken(at: later) } }
            while await app.crafted.tokenRequests.count < 2 { try await Task.sleep(for: .milliseconds(1)) }
            await app.crafted.open()
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(tokens.count == 50 && tokens.allSatisfy { $0.revealedValue == "at2" })
        #expect(await app.crafted.tokenRequests.count == 2)
    }

    @Test(arguments: [0, 1, 4, 300]) func `never asks more than three times a minute`(lifetime: Int) async throws {
        let app = try Application()
        let session = app.flow.session(try await app.signIn())
        await app.crafted.answerTokens(
            #"{"access_token":"at2","token_type":"Bearer","expires_in":\#(lifetime),"refresh_token":"rt2"}"#)
        for second in 0..<60 { _ = try? await session.accessToken(at: app.now + .seconds(270 + second)) }
        #expect(await app.crafted.tokenRequests.count <= 4)
    }

    @Test(arguments: [5, 10, 20, 30, 60])
    func `goes on without a gap however short tokens live`(lifetime: Int) async throws {
        let app = try Application()
        let session = app.flow.session(try await app.signIn())
        await app.crafted.answerTokens(
            #"{"access_token":"at2","token_type":"Bearer","expires_in":\#(lifetime),"refresh_token":"rt2"}"#)
        for second in 0..<300 { _ = try await session.accessToken(at: app.now + .seconds(280 + second)) }
        #expect(await app.crafted.tokenRequests.count <= 2 + 300 / max(2, lifetime / 2))
    }

    @Test func `asks no more than three times a minute while the provider is away`() async throws {
        let app = try Application()
        let session = app.flow.session(try await app.signIn())
        await app.crafted.answerTokens(#"{"error":"temporarily_unavailable"}"#, status: 503)
        for second in 0..<60 { _ = try? await session.accessToken(at: app.now + .seconds(280 + second)) }
        #expect((2...4).contains(await app.crafted.tokenRequests.count))
    }

    @Test(arguments: [-600, 600]) func `lives with a clock that is ten minutes wrong`(offset: Int) async throws {
        let crafted = try CraftedProvider()
        let app = try Application(crafted: crafted, clockTolerance: .seconds(600))
        let now = app.now + .seconds(offset)
        let (location, pending) = try await app.flow.start(SignInWishes(), at: now)
        let sent = try FormParameters(Array(try #require(location.split(separator: "?").last).utf8))
        await app.answer(try app.sign(app.claims(nonce: sent["nonce"])))
        let session = app.flow.session(try await app.flow.finish(app.callback(sent), pending: pending, at: now))
        await crafted.answerTokens(fresh)
        for second in 0..<60 { _ = try await session.accessToken(at: now + .seconds(second)) }
        #expect(await crafted.tokenRequests.count == 1)
        #expect(try await session.accessToken(at: now + .seconds(270)).revealedValue == "at2")
    }

    @Test func `keeps a token that is still good when the provider is away`() async throws {
        let app = try Application()
        let session = app.flow.session(try await app.signIn())
        await app.crafted.goDown()
        #expect(try await session.accessToken(at: app.now + .seconds(280)).revealedValue == "at1")
        await #expect(throws: OAuthClientError.self) { try await session.accessToken(at: app.now + .seconds(300)) }
    }

    @Test func `is over when the grant is`() async throws {
        let app = try Application()
        let session = app.flow.session(try await app.signIn())
        await app.crafted.answerTokens(#"{"error":"invalid_grant"}"#, status: 400)
        await #expect(throws: OAuthClientError.ended) { try await session.refresh(at: app.now) }
        await #expect(throws: OAuthClientError.ended) { try await session.accessToken(at: app.now) }
        await #expect(throws: OAuthClientError.ended) { try await session.refresh(at: app.now) }
        #expect(await app.crafted.tokenRequests.count == 2)
    }

    @Test(arguments: [
        ("sub", JSONValue.string("u2"), TokenProblem.wrongSubject),
        ("auth_time", .integer(CraftedProvider.now.secondsSince1970), .wrongAuthenticationTime),
        ("nonce", .string("other"), .wrongNonce), ("aud", .string("other"), .wrongAudience),
    ])
    func `ends rather than become somebody else's`(claim: String, value: JSONValue, problem: TokenProblem) async throws
    {
        let app = try Application()
        let session = app.flow.session(try await app.signIn())
        await app.answer(try app.sign(app.claims(nonce: nil, [claim: value])))
        await #expect(throws: OAuthClientError.token(problem)) { try await session.refresh(at: app.now) }
        await #expect(throws: OAuthClientError.ended) { try await session.accessToken(at: app.now) }
    }

    @Test func `forgets its tokens even when the provider is away`() async throws {
        let app = try Application()
        let session = app.flow.session(try await app.signIn())
        await app.crafted.goDown()
        let left = try #require(await session.forget())
        #expect(left.revealedValue == "rt1")
        await #expect(throws: OAuthClientError.self) { try await session.revoke(left, at: app.now) }
        await #expect(throws: OAuthClientError.ended) { try await session.accessToken(at: app.now) }
        #expect(await session.forget() == nil)
    }

    @Test func `drops what arrives after it was told to forget`() async throws {
        let app = try Application()
        let session = app.flow.session(try await app.signIn())
        await app.crafted.answerTokens(fresh)
        await app.crafted.holdTokens()
        let refresh = Task { try await session.refresh(at: app.now) }
        while await app.crafted.tokenRequests.count < 2 { try await Task.sleep(for: .milliseconds(1)) }
        _ = await session.forget()
        await app.crafted.open()
        await #expect(throws: OAuthClientError.ended) { try await refresh.value }
        await #expect(throws: OAuthClientError.ended) { try await session.accessToken(at: app.now) }
    }
}
