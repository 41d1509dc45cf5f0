import AuthorizationServer
import JOSE
import OAuth
import Storage
import StorageTesting
import Testing

@Suite struct `Tokens of a subject in the hands of an administrator` {
    private static let other = ClientID(unchecked: "other")

    /// `web` is told pairwise names, `other` is told the person's own.
    private func journey() async throws -> (Journey, Administration) {
        let journey = try await Journey { $0.relyingParty?.subjectType = .pairwise }
        _ = try await journey.people.store.insert(
            Journey.client(Self.other), recording: AuditEvent(at: Journey.start, action: "test", actor: "test"))
        return (journey, journey.people.administration)
    }

    private func other(_ journey: Journey, in browser: Browser) async throws -> TokenResponse {
        let redirectURI = "https://other.example/cb"
        let parameters = try Journey.parameters(["client_id": "other", "redirect_uri": redirectURI])
        let code = try await journey.code(parameters, in: browser)
        return try await journey.redeem(code, by: "other", redirectURI: redirectURI)
    }

    @Test func `end for a person under every name of theirs, and for nobody else`() async throws {
        let (journey, administration) = try await journey()
        try await journey.people.person("bob")
        let ada = try await journey.user().id
        let browser = try await journey.signedIn()
        let hidden = try await journey.tokens(in: browser)
        let known = try await other(journey, in: browser)
        let foreign = try await journey.tokens(in: try await journey.signedIn("bob"))
        let name = try #require(try Journey.claims(of: hidden.accessToken).string("sub"))
        #expect(name != ada.rawValue)

        let ended = try await administration.revokeSubjectTokens(ada, by: .root, at: Journey.start)
        #expect(ended.kind == .person && ended.epoch == 1)
        #expect(try await !journey.isAlive(hidden.accessToken))
        #expect(try await !journey.isAlive(known.accessToken))
        #expect(try await journey.isAlive(foreign.accessToken))
        // What she gave goes on.
        let next = try await journey.refresh(try #require(hidden.refreshToken))
        #expect(try await journey.isAlive(next.accessToken))
        #expect(try Journey.claims(of: next.accessToken).string("sub") == name)
        let events = try await journey.events("subject.tokens_revoked")
        #expect(events.map(\.target) == ["subject:\(ada)"] && events.map(\.detail) == ["person"])
    }

    @Test func `end by a pairwise name alone, for the tokens that carry it`() async throws {
        let (journey, administration) = try await journey()
        let browser = try await journey.signedIn()
        let hidden = try await journey.tokens(in: browser)
        let known = try await other(journey, in: browser)
        let name = try #require(try Journey.claims(of: hidden.accessToken).string("sub").flatMap { Subject($0) })
        let ended = try await administration.revokeSubjectTokens(name, by: .root, at: Journey.start)
        #expect(ended.kind == .pairwise && ended.epoch == 1)
        #expect(try await !journey.isAlive(hidden.accessToken))
        #expect(try await journey.isAlive(known.accessToken))
    }

    @Test func `end for a client that speaks for itself`() async throws {
        let issuance = try await Issuance()
        let token = try await issuance.token().accessToken
        let ended = try await Administration(provider: issuance.provider)
            .revokeSubjectTokens(Subject(unchecked: "svc"), by: .root, at: Issuance.start)
        #expect(ended.kind == .client && ended.epoch == 1)
        #expect(try await !issuance.isActive(token))
    }

    @Test(arguments: ["nobody-at-all", "ada", "x"])
    func `are said to end of nobody who does not exist`(name: String) async throws {
        let (journey, administration) = try await journey()
        let refused = await refusal {
            _ = try await administration.revokeSubjectTokens(Subject(unchecked: name), by: .root, at: Journey.start)
        }
        guard case .missing(let what)? = refused, what.contains("neither a person nor a client") else {
            Issue.record("\(String(describing: refused))")
            return
        }
        #expect(try await journey.events("subject.tokens_revoked").isEmpty)
        #expect(try await journey.people.store.epochs().isEmpty)
    }
}
