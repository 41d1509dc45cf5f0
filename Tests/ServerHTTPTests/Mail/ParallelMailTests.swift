import AuthorizationServer
import FoundationEssentials
import JOSE
import OAuth
import ServerHTTP
import Storage
import TestSupport
import Testing

@Suite(.mailServer, .timeLimit(.minutes(5))) struct `Mails that are sent a few at once` {
    private static let root = Administrator(
        actor: "uid:0", rights: Set(AdministrativeRight.allCases), address: "unix", requestID: "r")

    private func transport(to server: MailServerProgram) throws -> SMTPTransport {
        let sender = try #require(SMTPSettings.Sender(address: "id@example.com", name: "Tessera"))
        var settings = try #require(
            SMTPSettings(host: "127.0.0.1", port: server.port, security: .none, sender: sender))
        settings.timeLimit = .seconds(240)
        return SMTPTransport(settings) { RealClock.now }
    }

    /// Somebody who is to get a mail that was due at `moment`.
    private func queueMail(for name: String, of issuer: PageServer, at moment: NumericDate) async throws {
        let user = try await issuer.administration.createUser(
            UserDraft(username: name, email: "\(name)@mail.example", isEmailVerified: true), by: Self.root, at: moment)
        _ = try await issuer.administration.resetLink(for: user.id, by: Self.root, at: moment)
    }

    /// The Message-IDs that the server took, and whom each went to.
    private func taken(by server: MailServerProgram) throws -> [(recipient: String, id: String)] {
        try server.mails().map { mail in
            let bytes = try #require(Data(base64Encoded: mail.string("content") ?? ""))
            let lines = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
            let id = try #require(lines.first { $0.hasPrefix("Message-ID:") })
            return (mail.strings("to")?.first ?? "", String(id))
        }
    }

    @Test(arguments: [2, 8])
    func `arrive once each, however rounds overlap, and go past one that the server never takes`(
        _ atOnce: Int
    ) async throws {
        let server = try await MailServerProgram("slow")
        let transport = try transport(to: server)
        var policy = ServerPolicy()
        policy.people.mailsAtOnce = atOnce
        let issuer = try await PageServer(policy: policy, mail: transport)
        let start = LiveServer.start
        // Due before all others, so it has a place of its own from the first round on.
        try await queueMail(for: "stuck", of: issuer, at: start)
        let names = (0..<40).map { "person\($0)" }
        for name in names { try await queueMail(for: name, of: issuer, at: start + .seconds(1)) }
        await withTaskGroup(of: [UpkeepProblem].self) { rounds in
            for round in Int64(1)...8 {
                rounds.addTask { await issuer.provider.deliverMail(at: start + .seconds(round)) }
            }
            try? await eventually { try await issuer.provider.store.outboxCounts().mails == 1 }
            rounds.addTask { await issuer.provider.deliverMail(at: start + .seconds(9)) }
            // Only now does the mail end that the server never takes.
            transport.stop()
            for await problems in rounds { #expect(problems.isEmpty) }
        }
        let arrived = try taken(by: server)
        _ = await server.stop()
        try await issuer.live.shutDown()
        #expect(arrived.map(\.recipient).sorted() == names.map { "\($0)@mail.example" }.sorted())
        #expect(Set(arrived.map(\.id)).count == names.count)
        #expect(try await issuer.provider.store.outboxCounts().mails == 1, "the one that was not taken waits")
    }
}
