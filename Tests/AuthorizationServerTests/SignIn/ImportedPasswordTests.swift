import Authenticators
import AuthorizationServer
import JOSE
import OAuth
import Storage
import StorageTesting
import Testing

@Suite struct `An imported password` {
    private static let foreign = Secret("$2b$04$abcdefghijklmnopqrstuuhKh7p1TJDRKQsGoq7ULHyaphauXOt0W")

    @Test func `makes every refusal cost as much, from the import on and after a restart`() async throws {
        let people = try await People()
        #expect(people.hasher.measures.kinds == 1)
        _ = try await people.administration.createUser(
            UserDraft(username: "bob", passwordHash: Self.foreign), by: .root, at: People.start)
        #expect(people.hasher.measures.kinds == 2)

        let fresh = PasswordHasher(people.hasher.settings, secrets: .system)
        _ = try await OpenIDProvider.open(
            issuer: people.provider.issuer, policy: people.provider.policy, store: people.store,
            sealer: try #require(Issuance.sealer), secrets: .system, fetcher: CountingFetcher(), passwords: fresh,
            outbound: Outbound(mail: nil, logout: people.clients), at: People.start)
        #expect(fresh.measures.kinds == 2)
    }

    @Test func `costs nobody anything any more when the last of them was replaced`() async throws {
        let people = try await People()
        _ = try await people.administration.createUser(
            UserDraft(username: "bob", passwordHash: Self.foreign), by: .root, at: People.start)
        _ = try await people.signedIn("bob")
        let beginning = people.hasher.settings.beginning
        #expect(try await people.store.passwords(notBeginningWith: beginning, limit: 10).isEmpty)
        let bob = try #require(try await people.store.user(signingInAs: LoginName(canonical: "bob")))
        #expect(try await people.store.password(of: bob.id)?.encoded.hasPrefix(beginning) == true)
    }
}
