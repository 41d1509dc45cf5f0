import JOSE
import OAuth
import TestSupport
import Testing

/// What a client registers as the default of its own requests (OpenID Registration §2).
@Suite(.timeLimit(.minutes(5))) struct `The defaults of a client that registers itself` {
    @Test(.requirement("oidc-registration-2-13", "oidc-registration-2-14"))
    func `ask for a new sign-in after default_max_age, and tell when it was`() async throws {
        try await ConformanceServer.run { server async throws in
            let made = try await server.register(#""default_max_age":60,"require_auth_time":true"#)
            #expect(made.json.integer("default_max_age") == 60 && made.json.bool("require_auth_time") == true)
            let application = try server.application(made)
            let begun = server.clock.now
            #expect(try await application.tokens().identity.date("auth_time") == begun)
            server.clock.advance(59)
            #expect(try await application.tokens().identity.date("auth_time") == begun)
            #expect(application.signIns == 1)
            server.clock.advance(1)
            #expect(try await application.tokens().identity.date("auth_time") == server.clock.now)
            #expect(application.signIns == 2)
            // What a request says itself wins.
            server.clock.advance(61)
            _ = try await application.tokens(["max_age": "3600"])
            #expect(application.signIns == 2)
        }
    }

    @Test(.requirement("oidc-registration-2-17"))
    func `may name ways of signing in, which do no harm and are not registered`() async throws {
        try await ConformanceServer.run { server async throws in
            // Nothing of it is kept, so that it is ignored like any member that nobody knows (RFC 7591 §2).
            let made = try await server.register(
                #""default_acr_values":["urn:x:gold"],"software_id":"\u202e","software_version":2"#)
            for member in ["default_acr_values", "software_id", "software_version"] {
                #expect(made.json[member] == nil, "\(member)")
            }
            #expect(try await server.application(made).tokens().identity.string("acr") != "urn:x:gold")
        }
    }

    @Test(.requirement("oidc-registration-3.2-1", "oidc-registration-3.2-2"))
    func `are no reason to give two clients one name or one secret`() async throws {
        try await ConformanceServer.run { server async throws in
            var (names, secrets): (Set<String>, Set<Secret>) = ([], [])
            for _ in 0..<5 {
                let made = try await server.register(#""client_name":"App""#)
                names.insert(made.id)
                secrets.insert(try #require(made.secret))
            }
            #expect(names.count == 5 && secrets.count == 5)
        }
    }
}
