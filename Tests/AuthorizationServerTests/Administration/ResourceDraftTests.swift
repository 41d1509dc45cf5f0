import AuthorizationServer
import JOSE
import OAuth
import Storage
import Testing

@Suite struct `Registering a resource` {
    private func draft(
        id: String? = "api", identifier: String? = "https://api.example", name: String? = "API", scope: String? = "a b",
        format: String? = nil, lifetime: Int64? = nil, algorithm: String? = nil
    ) -> ResourceDraft {
        ResourceDraft(
            id: id, identifier: identifier, name: name, scope: scope, tokenFormat: format,
            accessTokenLifetime: lifetime,
            signingAlgorithm: algorithm)
    }

    private func fields(_ draft: ResourceDraft, policy: ServerPolicy = ServerPolicy()) async throws -> [String] {
        let administration = Administration(provider: try await Issuance(policy: policy, registers: false).provider)
        return await problemFields { _ = try await administration.createResource(draft, by: .root, at: Issuance.start) }
    }

    @Test func `names every problem at once`() async throws {
        let bad = draft(
            id: "", identifier: "orders", name: "\n", scope: "a\"b", format: "saml", lifetime: 9, algorithm: "HS256")
        #expect(
            try await fields(bad) == [
                "id", "identifier", "name", "scope", "token_format", "access_token_lifetime", "signing_algorithm",
            ])
        #expect(
            try await fields(ResourceDraft(identifier: nil, name: nil, scope: nil)) == ["identifier", "name", "scope"])
    }

    @Test(arguments: [(9, true), (10, false), (600, false), (601, true), (86_400, true), (Int64.max, true), (-1, true)])
    func `keeps lifetimes within the policy`(lifetime: Int64, isRefused: Bool) async throws {
        var policy = ServerPolicy()
        policy.maximumAccessTokenLifetime = 600
        #expect(
            try await fields(draft(lifetime: lifetime), policy: policy) == (isRefused ? ["access_token_lifetime"] : []))
    }

    @Test(arguments: [
        "https://api.example#f", "api", "https://", "", "https://api.example/ü", "https://api .example",
        "https://a/" + String(repeating: "x", count: 512),
    ])
    func `takes only absolute URIs without fragment`(identifier: String) async throws {
        #expect(try await fields(draft(identifier: identifier)) == ["identifier"])
    }

    @Test func `bounds the scope`() async throws {
        let many = (0..<129).map { "s\($0)" }.joined(separator: " ")
        #expect(try await fields(draft(scope: many)) == ["scope"])
        #expect(try await fields(draft(scope: "")) == [])
    }

    @Test(arguments: [
        (["b": ScopeDescription("See")], true),
        (["b": ScopeDescription("See", translations: ["de": "Sehen", "pt-br": "Ver", "zh-hant-tw": "x"])], true),
        (["c": ScopeDescription("See")], false), (["b": ScopeDescription("")], false),
        (["b": ScopeDescription("line\nline")], false), (["b": ScopeDescription("\u{202E}eeS")], false),
        (["b": ScopeDescription(String(repeating: "x", count: 201))], false), (["b": ScopeDescription("  ")], false),
        (["b": ScopeDescription("See", translations: ["": "x"])], false),
        (["b": ScopeDescription("See", translations: ["1a": "x"])], false),
        (["b": ScopeDescription("See", translations: ["de": ""])], false),
        (["b": ScopeDescription("See", translations: ["de--at": "x"])], false),
    ])
    func `describes scopes that there are, in words that people can read`(
        descriptions: [String: ScopeDescription], isFit: Bool
    ) async throws {
        var described = draft()
        described.scopeDescriptions = descriptions
        #expect(try await fields(described) == (isFit ? [] : ["scope_descriptions"]))
    }

    @Test func `keeps the words for a scope for as long as there is the scope`() async throws {
        let administration = Administration(provider: try await Issuance().provider)
        var described = draft()
        described.scopeDescriptions = ["a": ScopeDescription("Look"), "b": ScopeDescription("Touch")]
        let created = try await administration.createResource(described, by: .root, at: Issuance.start).value
        let changed = try await administration.updateResource(
            created.id, with: ResourceChange(scope: "b c"), by: .root, at: Issuance.start)
        #expect(changed.scopeDescriptions == ["b": ScopeDescription("Touch")])
        #expect(
            await problemFields {
                _ = try await administration.updateResource(
                    created.id, with: ResourceChange(scopeDescriptions: ["a": ScopeDescription("Look")]), by: .root,
                    at: Issuance.start)
            } == ["scope_descriptions"])
    }

    @Test func `refuses an identifier that another resource has`() async throws {
        let administration = Administration(provider: try await Issuance().provider)
        for identifier in ["https://orders.example", "https://id.example/admin/v1"] {
            let error = await refusal {
                _ = try await administration.createResource(
                    draft(identifier: identifier), by: .root, at: Issuance.start)
            }
            #expect(error == .conflict("the identifier is taken by a resource"))
        }
    }

    @Test func `has a signing key for its algorithm from the start`() async throws {
        let issuance = try await Issuance(registers: false)
        let administration = Administration(provider: issuance.provider)
        let ring = issuance.provider.keyRing
        #expect(ring.snapshot.signer(.EdDSA, after: nil, at: Issuance.start) == nil)
        _ = try await administration.createResource(draft(algorithm: "EdDSA"), by: .root, at: Issuance.start)
        #expect(ring.snapshot.signer(.EdDSA, after: nil, at: Issuance.start) != nil)
    }

    @Test func `is named in the audit log as what a key was made for, by whom and from where`() async throws {
        let issuance = try await Issuance()
        let administration = Administration(provider: issuance.provider)
        let before = try await issuance.events("key.announced").count
        _ = try await administration.updateResource(
            ClientID(unchecked: "orders"), with: ResourceChange(signingAlgorithm: "EdDSA"), by: .root,
            at: Issuance.start)
        _ = try await administration.createResource(draft(algorithm: "ES384"), by: .root, at: Issuance.start)
        let events = try await issuance.events("key.announced")
        #expect(events.count == before + 2)
        let own = events.filter { $0.actor == Administrator.root.actor }
        #expect(own.count == 2 && own.allSatisfy { $0.address == "unix" && $0.requestID == "r-root" })
    }

    @Test func `leaves the administration resource as it is but for its lifetime`() async throws {
        let administration = Administration(provider: try await Issuance().provider)
        let id = OpenIDProvider.administrationResourceID
        let at = Issuance.start
        let longer = try await administration.updateResource(
            id, with: ResourceChange(accessTokenLifetime: 60), by: .root, at: at)
        #expect(longer.accessTokenLifetime == 60)
        let attempts: [() async throws -> Void] = [
            { _ = try await administration.updateResource(id, with: ResourceChange(scope: "x"), by: .root, at: at) },
            {
                _ = try await administration.updateResource(
                    id, with: ResourceChange(isEnabled: false), by: .root, at: at)
            },
            {
                _ = try await administration.updateResource(
                    id, with: ResourceChange(tokenFormat: "jwt"), by: .root, at: at)
            },
            { try await administration.deleteResource(id, by: .root, at: at) },
            { _ = try await administration.addResourceSecret(id, endingOthersIn: nil, by: .root, at: at) },
        ]
        for attempt in attempts {
            guard case .conflict? = await refusal(attempt) else {
                Issue.record("was done")
                continue
            }
        }
    }
}
