import JOSE
import OAuth
import ResourceServer
import Testing

/// The lines of docs/guide/protect-an-api.md and of the landing page, in their order.
@Suite struct `The guide to protecting an API` {
    @Test func `leads from two names to a judged request`() async throws {
        let crafted = try CraftedIssuer()
        let transport = IssuerOnPaper(crafted)
        let now = CraftedIssuer.now
        let fields = ["Bearer " + (try crafted.token().revealedValue)]

        let validator = try AccessTokenValidator(
            issuer: "https://as.example", resource: "https://api.example/", transport: transport)
        let accessGuard = AccessGuard(validator)
        let token = try await accessGuard.admit(
            authorization: fields, rule: AccessRule(scope: Scope("read")), at: now)
        #expect(token.subject.rawValue == "u1")
    }

    @Test func `leads from credentials to opaque tokens`() async throws {
        let crafted = try CraftedIssuer()
        let transport = IssuerOnPaper(crafted)
        await transport.answerIntrospection(CraftedIssuer.claims([("active", .bool(true))]))
        let (issuer, resource) = (crafted.issuer, CraftedIssuer.resource)
        let id = try #require(ClientID("api"))
        let secret = Secret("s3:cr€t")

        let discovery = IssuerDiscovery(issuer: issuer, transport: transport)
        let introspection = IntrospectionClient(
            discovery,
            as: IntrospectionClient.Registration(resource: resource, id: id, authentication: .secretBasic(secret)))
        let accessGuard = AccessGuard(AccessTokenValidator(discovery, resource: resource), introspection: introspection)
        let token = try await accessGuard.admit(Secret("tsa_x"), at: CraftedIssuer.now)
        #expect(token.proof == .introspection && token.scope.contains("write"))
    }
}
