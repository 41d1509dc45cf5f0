import JOSE
import OAuth
import Storage
import TestSupport
import Testing

/// What the basic and the form post plan ask of a second request, when the person is signed in already.
@Suite(.timeLimit(.minutes(5))) struct `The sessions of the basic plan` {
    @Test(.requirement("oidc-core-3.1.2.1-13", "oidc-core-15.1-2"), arguments: AnswerMode.allCases)
    func `make room for a new sign-in with prompt=login`(mode: AnswerMode) async throws {
        try await ConformanceServer.run { server in
            let application = Application(server, mode)
            let first = try await application.tokens().identity
            server.clock.advance(2)
            let second = try await application.tokens(["prompt": "login"]).identity
            #expect(application.signIns == 2)
            #expect(try #require(second.date("auth_time")) > (try #require(first.date("auth_time"))))
            #expect(second.string("sub") == first.string("sub"))
        }
    }

    @Test(
        .requirement("oidc-core-3.1.2.1-11", "oidc-core-3.1.2.1-12", "oidc-core-3.1.2.3-2", "oidc-core-3.1.2.6-2"),
        arguments: AnswerMode.allCases)
    func `have to be there for prompt=none`(mode: AnswerMode) async throws {
        try await ConformanceServer.run { server in
            let application = Application(server, mode)
            let refused = try await application.error(["prompt": "none"])
            #expect(refused == "login_required")
            #expect(application.signIns == 0)
        }
    }

    @Test(.requirement("oidc-core-15.1-2", "oidc-core-3.1.2.1-11"), arguments: AnswerMode.allCases)
    func `let prompt=none through without a page`(mode: AnswerMode) async throws {
        try await ConformanceServer.run { server in
            let application = Application(server, mode)
            let first = try await application.tokens().identity
            server.clock.advance(2)
            let second = try await application.tokens(["prompt": "none"]).identity
            #expect(application.signIns == 1 && application.consents == 1)
            #expect(second.string("sub") == first.string("sub"))
            #expect(second.date("auth_time") == first.date("auth_time"))
        }
    }

    @Test(
        .requirement("oidc-core-3.1.2.1-19", "oidc-core-3.1.2.1-20", "oidc-core-15.1-5"),
        arguments: AnswerMode.allCases)
    func `are too old for max_age=1 after two seconds`(mode: AnswerMode) async throws {
        try await ConformanceServer.run { server in
            let application = Application(server, mode)
            let first = try await application.tokens().identity
            server.clock.advance(2)
            let second = try await application.tokens(["max_age": "1"]).identity
            #expect(application.signIns == 2)
            #expect(second.date("auth_time") == server.clock.now && second.string("sub") == first.string("sub"))
        }
    }

    @Test(.requirement("oidc-core-3.1.2.1-20", "oidc-core-15.1-5"), arguments: AnswerMode.allCases)
    func `are young enough for max_age=10000`(mode: AnswerMode) async throws {
        try await ConformanceServer.run { server in
            let application = Application(server, mode)
            let first = try await application.tokens(["max_age": "15000"]).identity
            server.clock.advance(2)
            let second = try await application.tokens(["max_age": "10000"]).identity
            #expect(application.signIns == 1)
            #expect(first.date("auth_time") != nil && second.date("auth_time") == first.date("auth_time"))
            #expect(second.string("sub") == first.string("sub"))
        }
    }

    @Test(
        .requirement("oidc-core-3.1.2.1-22", "oidc-core-3.1.2.1-24"), arguments: AnswerMode.allCases)
    func `are those of the person of an id_token_hint, also of an expired one`(mode: AnswerMode) async throws {
        try await ConformanceServer.run { server in
            let application = Application(server, mode)
            let first = try await application.tokens()
            for seconds: Int64 in [2, 7_200] {
                server.clock.advance(seconds)
                let hinted = try await application.tokens(["prompt": "none", "id_token_hint": first.idToken])
                #expect(hinted.identity.string("sub") == first.identity.string("sub"))
            }
            #expect(application.signIns == 1)
        }
    }
}
