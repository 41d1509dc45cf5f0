package import AuthorizationServer
// All of Foundation: Thread is not part of FoundationEssentials.
import Foundation
package import JOSE
import Storage
import Synchronization

/// Hands mails to a mail server by SMTP, through libcurl (RFC 5321).
///
/// libcurl's call blocks until the server has answered, so each mail has a thread of its own for that time: neither an
/// event loop nor the cooperative pool waits for a mail server.
package final class SMTPTransport: MailTransport {
    /// How long a mail that is on its way may still take when the server stops.
    static let grace: Duration = .seconds(5)

    private let settings: SMTPSettings
    private let now: @Sendable () -> NumericDate
    private let stopping = Mutex<ContinuousClock.Instant?>(nil)

    package init(_ settings: SMTPSettings, now: @escaping @Sendable () -> NumericDate) {
        self.settings = settings
        self.now = now
        SMTPExchange.prepareLibrary()
    }

    package func send(_ mail: OutgoingMail) async throws(MailTransportError) {
        guard !isStopped else { throw .stopping }
        let message: InternetMessage
        do { message = try InternetMessage(mail, from: settings.sender, at: now()) } catch {
            throw .permanent("the mail cannot be written: its \(error)")
        }
        let exchange = SMTPExchange(
            settings: settings, recipient: mail.recipient.rawValue, message: message.bytes,
            isOver: { [self] in isOver })
        let outcome: Result<Void, MailTransportError> = await withCheckedContinuation { continuation in
            let thread = Thread { continuation.resume(returning: exchange.run()) }
            thread.name = "mail"
            thread.start()
        }
        try outcome.get()
    }

    /// Sends nothing new; what is on its way has a few seconds to arrive.
    package func stop() { stopping.withLock { $0 = $0 ?? .now } }

    private var isStopped: Bool { stopping.withLock { $0 != nil } }

    private var isOver: Bool { stopping.withLock { $0.map { .now - $0 > Self.grace } ?? false } }
}
