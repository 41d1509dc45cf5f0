import AuthorizationServer
import FoundationEssentials
import JOSE
import OAuth
import ServerHTTP
import Storage
import Testing

@Suite(.mailServer, .timeLimit(.minutes(10))) struct `The mail transport` {
    private func mail(to recipient: String = "ann@example.org") -> OutgoingMail {
        OutgoingMail(
            id: "m1", person: Subject(unchecked: "p"), recipient: LoginName(canonical: recipient), subject: "Grüße",
            text: "Eins\n.\nZwei\n", language: "de")
    }

    private func settings(
        _ security: SMTPSettings.Security, port: Int, host: String = "localhost", authority: String? = nil,
        password: String? = nil
    ) throws -> SMTPSettings {
        let sender = try #require(SMTPSettings.Sender(address: "id@example.com", name: "Tessera"))
        var settings = try #require(SMTPSettings(host: host, port: port, security: security, sender: sender))
        settings.authorityFile = authority
        settings.timeLimit = .seconds(120)
        if let password { settings.credentials = .init(user: "tessera", password: Secret(password)) }
        return settings
    }

    private func transport(_ settings: SMTPSettings) -> SMTPTransport { SMTPTransport(settings) { RealClock.now } }

    private func failure(of transport: SMTPTransport, to recipient: String) async -> MailTransportError? {
        do { try await transport.send(mail(to: recipient)) } catch { return error }
        return nil
    }

    /// A server that speaks TLS with a certificate of an authority made for the test.
    private func server(
        _ mode: String, at address: String = "127.0.0.1",
        during body: (MailServerProgram, _ authority: String) async throws -> Void
    ) async throws -> String {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let (files, authority) = try DevelopmentCertificate.files(in: folder.path + "/tls", at: RealClock.now)
        let server = try await MailServerProgram(mode, files, at: address)
        do { try await body(server, authority) } catch {
            _ = await server.stop()
            throw error
        }
        return await server.stop()
    }

    @Test(arguments: [SMTPSettings.Security.startTLS, .tls])
    func `hands over a mail, private and signed in`(_ security: SMTPSettings.Security) async throws {
        _ = try await server(security.rawValue) { server, authority in
            let settings = try settings(security, port: server.port, authority: authority, password: "pass wörd")
            try await transport(settings).send(mail())
            let taken = try await server.firstMail()
            #expect(taken.string("from") == "id@example.com")
            #expect(taken.strings("to") == ["ann@example.org"])
            #expect(taken["tls"]?.bool == true)
            #expect(taken.string("user") == "tessera")
            let bytes = try #require(Data(base64Encoded: taken.string("content") ?? ""))
            let expected = try InternetMessage(mail(), from: settings.sender, at: RealClock.now).bytes
            let text = String(decoding: bytes, as: UTF8.self)
            #expect(text.contains("Message-ID: <m1@example.com>\r\n"))
            #expect(bytes.count == expected.count)
        }
    }

    @Test func `sends nothing, a password least of all, to a server without STARTTLS`() async throws {
        let said = try await server("plain") { server, authority in
            let settings = try settings(
                .startTLS, port: server.port, authority: authority, password: "pass wörd")
            let error = await failure(of: transport(settings), to: "ann@example.org")
            guard case .temporary = error else {
                Issue.record("\(String(describing: error))")
                return
            }
        }
        #expect(said.isEmpty)
    }

    @Test(arguments: [SMTPSettings.Security.startTLS, .tls])
    func `sends nothing to a server whose certificate it cannot trust`(_ security: SMTPSettings.Security) async throws {
        let said = try await server(security.rawValue) { server, authority in
            let settings = try settings(security, port: server.port, password: "pass wörd")
            let error = await failure(of: transport(settings), to: "ann@example.org")
            guard case .temporary = error else {
                Issue.record("\(String(describing: error))")
                return
            }
        }
        #expect(said.isEmpty)
    }

    @Test(arguments: [SMTPSettings.Security.startTLS, .tls])
    func `sends nothing to a server with the certificate of another`(_ security: SMTPSettings.Security) async throws {
        let said = try await server(security.rawValue, at: "127.0.0.2") { server, authority in
            let settings = try settings(
                security, port: server.port, host: "127.0.0.2", authority: authority, password: "pass wörd")
            guard case .temporary(let reason)? = await failure(of: transport(settings), to: "ann@example.org") else {
                Issue.record("it was taken or given up")
                return
            }
            #expect(reason.contains("certificate"))
        }
        #expect(said.isEmpty)
    }

    @Test func `waits for the operator when the server does not take the password`() async throws {
        let said = try await server("starttls") { server, authority in
            let settings = try settings(.startTLS, port: server.port, authority: authority, password: "wrong")
            let error = await failure(of: transport(settings), to: "ann@example.org")
            guard case .temporary = error else {
                Issue.record("\(String(describing: error))")
                return
            }
        }
        #expect(said.isEmpty)
    }

    @Test(arguments: [("unknown", true), ("spam", true), ("busy", false), ("later", false)])
    func `tells what will never be taken from what may be later`(_ name: String, isFinal: Bool) async throws {
        _ = try await server("plain") { server, _ in
            let error = await failure(
                of: transport(try settings(.none, port: server.port)), to: "\(name)@example.org")
            switch error {
            case .permanent(let reason)?: #expect(isFinal && !reason.contains("@"))
            case .temporary(let reason)?: #expect(!isFinal && !reason.contains("@"))
            case .stopping?, nil: Issue.record("it was taken, or not tried")
            }
        }
    }

    @Test func `gives up on a server that says nothing`() async throws {
        _ = try await server("silent") { server, _ in
            var settings = try settings(.none, port: server.port)
            settings.timeLimit = .milliseconds(500)
            let error = await failure(of: transport(settings), to: "ann@example.org")
            guard case .temporary = error else {
                Issue.record("\(String(describing: error))")
                return
            }
        }
    }

    @Test func `takes nothing new once it is stopped`() async throws {
        let transport = transport(try settings(.none, port: 9))
        transport.stop()
        #expect(await failure(of: transport, to: "ann@example.org") == .stopping)
    }
}
