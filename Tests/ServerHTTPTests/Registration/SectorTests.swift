import AuthorizationServer
import JOSE
import OAuth
import ServerHTTP
import TestSupport
import Testing

/// Clients that say to which sector they belong (OpenID Core §8.1, OpenID Registration §5).
@Suite(.timeLimit(.minutes(5))) struct `The sector of a client that registers itself` {
    private static let list = #"["https://a.example/cb","https://b.example/cb","https://c.example/cb"]"#

    private func body(
        _ site: ClientSite, _ callbacks: String, _ more: String = #","subject_type":"pairwise""#
    ) -> String {
        #"{"redirect_uris":\#(callbacks),"sector_identifier_uri":"\#(site.base)/sector.json"\#(more)}"#
    }

    @Test(
        .requirement("oidc-core-8-1", "oidc-core-8.1-1", "oidc-core-8.1-4", "oidc-core-8.1-5", "oidc-registration-2-15")
    )
    func `gives its people one name at all its clients`() async throws {
        try await ClientSite.runWithIssuer { site, server async throws in
            site.publish("/sector.json", Self.list)
            var subjects: [String] = []
            let callbacks = [
                #"["https://a.example/cb","https://b.example/cb"]"#, #"["https://c.example/cb"]"#,
            ]
            for (callback, list) in zip(["https://b.example/cb", "https://c.example/cb"], callbacks) {
                let made = try SelfRegistered(try await server.send("POST", "/clients", body(site, list)))
                #expect(made.json.string("sector_identifier_uri") == site.base + "/sector.json")
                #expect(made.json.string("subject_type") == "pairwise")
                let tokens = try await server.application(made, callback: callback).tokens()
                subjects.append(try #require(tokens.identity.string("sub")))
            }
            // A client of one host alone, and one that everybody knows the person at.
            for type in ["pairwise", "public"] {
                let other = try await server.register(#""subject_type":"\#(type)""#)
                subjects.append(
                    try #require(try await server.application(other).tokens().identity.string("sub")))
            }
            #expect(subjects[0] == subjects[1] && Set(subjects).count == 3)
        }
    }

    @Test(
        .requirement("7591-3.2.2-3", "oidc-registration-5-2", "oidc-registration-5-3", "oidc-registration-6-1"),
        arguments: [
            nil, "", "{}", #"{"redirect_uris":["https://a.example/cb"]}"#, #"["https://a.example/cb", 1]"#, "[]",
            #"["https://a.example/cb/"]"#, #"["https://A.example/cb"]"#, #"["https://b.example/cb"]"#,
            #"["https://a.example/cb""#,
        ])
    func `refuses a client that is not on its list`(document: String?) async throws {
        try await ClientSite.runWithIssuer { site, server async throws in
            site.publish("/sector.json", document)
            for type in ["", #","subject_type":"public""#, #","subject_type":"pairwise""#] {
                let refused = try await server.refusal(of: body(site, #"["https://a.example/cb"]"#, type))
                #expect(refused == "400 invalid_client_metadata")
            }
        }
    }

    @Test func `is asked for on a budget that key sets do not share`() async throws {
        try await ClientSite.runWithIssuer { site, server async throws in
            site.publish("/sector.json", Self.list)
            for _ in 0..<30 { _ = try? await site.fetcher.fetch(site.base + "/keys.json", for: .keySet) }
            await #expect(throws: OutboundError.budgetSpent) {
                try await site.fetcher.fetch(site.base + "/keys.json", for: .keySet)
            }
            let answer = try await server.send("POST", "/clients", body(site, #"["https://a.example/cb"]"#))
            #expect(answer.status == 201)
        }
    }

    @Test func `says nothing of what was found where it looked`() async throws {
        try await ClientSite.runWithIssuer { site, server async throws in
            var bodies: Set<String> = []
            for text in [nil, "secret of the inside", #"{"a":1}"#] {
                site.publish("/sector.json", text)
                let answer = try await server.send("POST", "/clients", body(site, #"["https://a.example/cb"]"#))
                bodies.insert(answer.body)
            }
            // Where nothing may be asked for, too.
            for place in ["https://10.0.0.1/s.json", "https://[::1]/s.json", "https://169.254.169.254/s.json"] {
                let answer = try await server.send(
                    "POST", "/clients",
                    #"{"redirect_uris":["https://a.example/cb"],"sector_identifier_uri":"\#(place)"}"#)
                #expect(answer.status == 400)
                bodies.insert(answer.body)
            }
            #expect(bodies.count == 1)
        }
    }

    @Test(
        .requirement("oidc-registration-2-16", "oidc-registration-5-1"),
        arguments: ["http://localhost/s.json", "ftp://a.example/s", "https://u@a.example/s.json", "s.json"])
    func `is found by https only, and before that nobody looks`(place: String) async throws {
        try await ClientSite.runWithIssuer { site, server async throws in
            let refused = try await server.refusal(
                of: #"{"redirect_uris":["https://a.example/cb"],"sector_identifier_uri":"\#(place)"}"#)
            #expect(refused == "400 invalid_client_metadata")
            // Nor for a client that is refused for something else.
            _ = try await server.refusal(of: body(site, #"["http://a.example/cb"]"#))
            _ = try await server.refusal(of: body(site, #"["https://a.example/cb"]"#, #","client_name":"  ""#))
            #expect(site.requests == 0)
        }
    }

    @Test(.requirement("oidc-core-8.1-2"))
    func `is needed for pairwise names at several hosts`() async throws {
        try await ClientSite.runWithIssuer { _, server async throws in
            let refused = try await server.refusal(
                of: #"{"redirect_uris":["https://a.example/cb","https://b.example/cb"],"subject_type":"pairwise"}"#)
            #expect(refused == "400 invalid_client_metadata")
        }
    }

    @Test(.requirement("7592-2.2-5")) func `is asked again when the client changes itself`() async throws {
        try await ClientSite.runWithIssuer { site, server async throws in
            site.publish("/sector.json", Self.list)
            let made = try SelfRegistered(
                try await server.send("POST", "/clients", body(site, #"["https://a.example/cb"]"#)))
            let update = body(
                site, #"["https://d.example/cb"]"#, #","subject_type":"pairwise","client_id":"\#(made.id)""#)
            let refused = try await server.send("PUT", made.path, update, with: made.access)
            #expect(refused.status == 400 && refused.body.contains("invalid_client_metadata"))
            site.publish("/sector.json", #"["https://d.example/cb"]"#)
            #expect(try await server.send("PUT", made.path, update, with: made.access).status == 200)
            let read = try await server.send("GET", made.path, with: made.access)
            #expect(read.body.contains("https://d.example/cb") && read.body.contains("/sector.json"))
        }
    }
}
