import JOSE
package import OAuth
package import Storage

/// A mail to one person in plain text, as it waits in the outbox and as a transport sends it.
package struct OutgoingMail: Hashable, Sendable {
    /// Local part of its Message-ID: the same at each attempt, so that a mail sent twice is seen to be one.
    package let id: String
    /// Whom it is about, for the audit log.
    package let person: Subject
    package let recipient: LoginName
    package let subject: String
    /// Lines end with `\n`; the transport turns them into CRLF.
    package let text: String
    /// Of the text (BCP 47).
    package let language: String

    package init(
        id: String, person: Subject, recipient: LoginName, subject: String, text: String, language: String
    ) {
        self.id = id
        self.person = person
        self.recipient = recipient
        self.subject = subject
        self.text = text
        self.language = language
    }

    /// A mail may hold a link that opens an account: it waits sealed.
    func sealed(
        by sealer: SecretSealer, at now: NumericDate, lifetime: Int64
    ) throws -> MailItem {
        let json = JSONObject([
            ("person", .string(person.rawValue)), ("to", .string(recipient.rawValue)), ("subject", .string(subject)),
            ("text", .string(text)), ("language", .string(language)),
        ])
        return MailItem(
            id: id, sealed: try sealer.seal(json.jsonBytes, context: Self.context(id)), nextAttemptAt: now,
            expiresAt: now + .seconds(lifetime))
    }

    init(_ item: MailItem, opening sealer: SecretSealer) throws {
        let json = try JSONObject(parsing: try sealer.open(item.sealed, context: Self.context(item.id)))
        guard let person = json.string("person"), let recipient = json.string("to"),
            let subject = json.string("subject"), let text = json.string("text"), let language = json.string("language")
        else { throw StoreError.damaged("a mail in the outbox has missing parts") }
        self.init(
            id: item.id, person: Subject(unchecked: person), recipient: LoginName(canonical: recipient),
            subject: subject, text: text, language: language)
    }

    private static func context(_ id: String) -> String { "mail.item.\(id)" }
}
