import AuthorizationServer
import FoundationEssentials
import JOSE
import OAuth
import ServerHTTP
import Storage
import Testing

@Suite struct `The writer of mails` {
    private static let now = NumericDate(secondsSince1970: 1_763_698_706)

    private func sender(_ name: String = "Tessera") throws -> SMTPSettings.Sender {
        try #require(SMTPSettings.Sender(address: "id@example.com", name: name))
    }

    private func mail(
        subject: String = "Hello", text: String = "One\nTwo\n", id: String = "m1",
        to recipient: String = "ann@example.org",
        language: String = "en"
    ) -> OutgoingMail {
        OutgoingMail(
            id: id, person: Subject(unchecked: "p"), recipient: LoginName(canonical: recipient), subject: subject,
            text: text, language: language)
    }

    private func lines(_ mail: OutgoingMail, name: String = "Tessera") throws -> [String] {
        let bytes = try InternetMessage(mail, from: sender(name), at: Self.now).bytes
        return String(decoding: bytes, as: UTF8.self).components("\r\n")
    }

    @Test func `writes every header that a mail needs, and the text in base64`() throws {
        #expect(
            try lines(mail()) == [
                "From: Tessera <id@example.com>", "To: <ann@example.org>", "Subject: Hello",
                "Date: Fri, 21 Nov 2025 04:18:26 +0000", "Message-ID: <m1@example.com>",
                "Auto-Submitted: auto-generated", "MIME-Version: 1.0", "Content-Language: en",
                "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: base64", "",
                Data("One\r\nTwo\r\n".utf8).base64EncodedString(), "",
            ])
    }

    @Test(arguments: ["\r\nBcc: eve@example.org", "\nX: y", "\rX: y", "\u{0}", "\u{85}x", "\u{2028}x", "\u{7F}"])
    func `refuses whatever could begin another header`(_ bad: String) throws {
        let sender = try sender()
        #expect(throws: InternetMessage.Unwritable.subject) {
            try InternetMessage(mail(subject: "Hello" + bad), from: sender, at: Self.now)
        }
        #expect(throws: InternetMessage.Unwritable.identifier) {
            try InternetMessage(mail(id: "m1" + bad), from: sender, at: Self.now)
        }
        #expect(throws: InternetMessage.Unwritable.identifier) {
            try InternetMessage(mail(language: "en" + bad), from: sender, at: Self.now)
        }
        #expect(throws: InternetMessage.Unwritable.recipient) {
            try InternetMessage(mail(to: "ann@example.org" + bad), from: sender, at: Self.now)
        }
        #expect(SMTPSettings.Sender(address: "id@example.com", name: "Tessera" + bad) == nil)
        #expect(SMTPSettings.Sender(address: "id@example.com" + bad, name: "Tessera") == nil)
    }

    @Test(arguments: ["ann", "ann@", "@example.org", "a@b@c", "ann@example.org> <eve@example.org", "-x@example.org"])
    func `refuses a recipient that is more or less than one address`(_ address: String) throws {
        let sender = try sender()
        #expect(throws: InternetMessage.Unwritable.recipient) {
            try InternetMessage(mail(to: address), from: sender, at: Self.now)
        }
    }

    @Test(arguments: [
        "Grüße von Tessera", "Ihr Passwort wurde geändert – wenn Sie das nicht waren, handeln Sie bitte sofort",
        "日本語の件名は長くても正しく分割されなければならない、どの語も文字の途中で終わってはならない", "=?utf-8?Q?not_ours?=",
        String(repeating: "a", count: 300), "👩‍👩‍👧‍👦 family",
    ])
    func `writes subjects beyond ASCII in words that decode to the same`(_ subject: String) throws {
        let all = try lines(mail(subject: subject), name: "Zürich, \"IT\" <root@x>")
        #expect(all.allSatisfy { $0.utf8.count <= 76 })
        #expect(all.allSatisfy { line in line.utf8.allSatisfy { (0x20...0x7E).contains($0) } })
        #expect(try decoded("Subject: ", all) == subject)
        let from = try decoded("From: ", all)
        #expect(from == "Zürich, \"IT\" <root@x> <id@example.com>")
    }

    /// As a mail program reads it: lines unfolded, neighbouring words joined (RFC 2047 §6.2).
    private func decoded(_ field: String, _ lines: [String]) throws -> String {
        let start = try #require(lines.firstIndex { $0.hasPrefix(field) })
        var words = lines[start].dropFirst(field.count).split(separator: " ").map(String.init)
        for line in lines[(start + 1)...].prefix(while: { $0.hasPrefix(" ") }) {
            words += line.split(separator: " ").map(String.init)
        }
        var text = Data()
        for word in words {
            if word.hasPrefix("=?utf-8?B?"), word.hasSuffix("?=") {
                let bytes = try #require(Data(base64Encoded: String(word.dropFirst(10).dropLast(2))))
                #expect(String(validating: bytes, as: UTF8.self) != nil, "a word ends within a character")
                text += bytes
            } else {
                text += Data((text.isEmpty ? word : " " + word).utf8)
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    @Test func `keeps every line of the body short and free of dots`() throws {
        let text = String(repeating: "Zeile mit Umlauten äöü und einem Punkt.\n.\n\n", count: 200)
        let all = try lines(mail(text: text))
        let body = all.drop { !$0.isEmpty }.dropFirst()
        #expect(body.allSatisfy { $0.utf8.count <= 76 && !$0.hasPrefix(".") })
        let bytes = try #require(Data(base64Encoded: body.joined()))
        #expect(String(decoding: bytes, as: UTF8.self).components("\r\n") == text.components("\n"))
    }

    @Test func `speaks in clear to this machine only`() throws {
        let sender = try sender()
        #expect(SMTPSettings(host: "mail.example.com", port: 25, security: .none, sender: sender) == nil)
        #expect(SMTPSettings(host: "127.evil.example", port: 25, security: .none, sender: sender) == nil)
        #expect(SMTPSettings(host: "127.0.0.1", port: 25, security: .none, sender: sender) != nil)
    }

    @Test(arguments: [
        "", "a b", "me@mail.example.com", "mail.example.com/x", "mail.example.com#", "a\r\nb", "ex%41mple",
    ])
    func `takes no host that would change the URL`(_ host: String) throws {
        #expect(SMTPSettings(host: host, port: 25, security: .tls, sender: try sender()) == nil)
    }
}

extension String {
    fileprivate func components(_ separator: String) -> [String] {
        var parts: [String] = []
        var rest = Substring(self)
        while let range = rest.firstRange(of: separator) {
            parts.append(String(rest[..<range.lowerBound]))
            rest = rest[range.upperBound...]
        }
        return parts + [String(rest)]
    }
}
