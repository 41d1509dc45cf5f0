package import AuthorizationServer
import FoundationEssentials
package import JOSE
import Storage

/// A mail as it goes over the wire: headers and body of the Internet Message Format, in plain text (RFC 5322, RFC 2045).
package struct InternetMessage: Hashable, Sendable {
    package let bytes: [UInt8]

    /// What cannot be written without changing who gets the mail or what it says.
    package enum Unwritable: Error, Hashable, Sendable { case recipient, subject, identifier }

    package init(
        _ mail: OutgoingMail, from sender: SMTPSettings.Sender, at now: NumericDate
    ) throws(Unwritable) {
        guard mail.recipient.isMailAddress, Self.isOneLine(mail.recipient.rawValue) else { throw .recipient }
        guard Self.isOneLine(mail.subject) else { throw .subject }
        guard Self.isToken(mail.id), Self.isToken(mail.language) else { throw .identifier }
        let fields = [
            "From: \(Self.mailbox(sender))",
            "To: <\(mail.recipient.rawValue)>",
            "Subject: \(EncodedWords.text(mail.subject, after: "Subject: ".utf8.count))",
            "Date: \(Self.date(now))",
            "Message-ID: <\(mail.id)@\(sender.domain)>",
            // RFC 3834 §5: nobody's holiday notice answers a mail from a machine.
            "Auto-Submitted: auto-generated",
            "MIME-Version: 1.0",
            "Content-Language: \(mail.language)",
            "Content-Type: text/plain; charset=utf-8",
            "Content-Transfer-Encoding: base64",
        ]
        bytes = Array((fields.joined(separator: "\r\n") + "\r\n\r\n" + Self.body(mail.text) + "\r\n").utf8)
    }

    /// Without anything that could end a header and begin another, or the message (RFC 5322 §2.2).
    package static func isOneLine(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy { scalar in
            !(scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) || (0x2028...0x2029).contains(scalar.value))
        }
    }

    private static func isToken(_ text: String) -> Bool {
        (1...128).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x5F: true
                default: false
                }
            }
    }

    private static func mailbox(_ sender: SMTPSettings.Sender) -> String {
        guard !sender.name.isEmpty else { return "<\(sender.address)>" }
        return "\(EncodedWords.phrase(sender.name, after: "From: ".utf8.count)) <\(sender.address)>"
    }

    /// Base64 keeps every character, and no line can be taken for the end of the message.
    private static func body(_ text: String) -> String {
        let lines = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" || $0 == "\r" }
        return Data(lines.joined(separator: "\r\n").utf8)
            .base64EncodedString(options: [.lineLength76Characters, .endLineWithCarriageReturn, .endLineWithLineFeed])
    }

    /// RFC 5322 §3.3; the zone is written as digits, which HTTP does not do.
    private static func date(_ now: NumericDate) -> String {
        HTTPDate.format(now.secondsSince1970).dropLast("GMT".utf8.count) + "+0000"
    }
}
