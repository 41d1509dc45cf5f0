import JOSE
import OAuth
import Storage

/// Sends what waits in the outbox, off the request path: again and again, at growing distances, until its time is over.
struct MailDelivery: Sendable {
    let outbox: any Outbox
    let transport: any MailTransport
    let sealer: SecretSealer

    /// Mails of one run; few, because whoever asks for a link meanwhile waits for its end.
    static let batch = 8

    /// Sends what is due; one call at a time. Returns how many were sent.
    func run(at now: NumericDate) async throws -> Int {
        var sent = 0
        for item in try await outbox.dueMails(at: now, limit: Self.batch) {
            if try await deliver(item, at: now) { sent += 1 }
        }
        return sent
    }

    private func deliver(_ item: MailItem, at now: NumericDate) async throws -> Bool {
        let mail: OutgoingMail
        do { mail = try OutgoingMail(item, opening: sealer) } catch {
            // Nobody will ever be able to read it again.
            try await outbox.finishMail(item.id, recording: failure(of: nil, "unreadable", at: now))
            return false
        }
        do {
            try await transport.send(mail)
        } catch .permanent(let reason) {
            try await outbox.finishMail(item.id, recording: failure(of: mail, reason, at: now))
            return false
        } catch .temporary(let reason) {
            let next = now + .seconds(Self.delay(after: item.attempts))
            if next < item.expiresAt {
                try await outbox.postponeMail(item.id, until: next)
            } else {
                try await outbox.finishMail(item.id, recording: failure(of: mail, "given up: \(reason)", at: now))
            }
            return false
        }
        try await outbox.finishMail(item.id, recording: nil)
        return true
    }

    /// Seconds: 30, 60, 120 … up to an hour.
    static func delay(after attempts: Int) -> Int64 { min(3600, 30 << Int64(min(max(0, attempts), 7))) }

    private func failure(of mail: OutgoingMail?, _ reason: String, at now: NumericDate) -> AuditEvent {
        AuditEvent(
            at: now, action: "mail.failed", outcome: .refusal, actor: "system",
            target: mail.map { "user:\($0.person)" } ?? "", detail: reason)
    }
}
