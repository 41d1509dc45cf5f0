import JOSE
import OAuth
import Storage

/// Sends what waits in the outbox, off the request path: again and again, at growing distances, until its time is over.
struct MailDelivery: Sendable {
    let outbox: any Outbox
    let transport: any MailTransport
    let sealer: SecretSealer
    let underway: MailsUnderway
    let atOnce: Int

    /// Mails of one run; bounded, so that a run does not go on for ever with the time that it began at.
    static let batch = 64

    /// Sends what is due, `atOnce` at the same time; runs may overlap. Returns what the store could not do.
    func run(at now: NumericDate) async -> [any Error] {
        await withTaskGroup(of: Attempt.self) { group in
            var problems: [any Error] = []
            var begun = 0
            var goesOn = true
            repeat {
                do {
                    for item in try await underway.claim(from: outbox, limit: atOnce, at: now) {
                        begun += 1
                        group.addTask { await attempt(item, at: now) }
                    }
                } catch { problems.append(error) }
                guard let ended = await group.next() else { break }
                goesOn = ended.problem == nil && !ended.wasStopped
                ended.problem.map { problems.append($0) }
            } while begun < Self.batch && goesOn && problems.isEmpty
            for await ended in group { ended.problem.map { problems.append($0) } }
            return problems
        }
    }

    /// How it went with one mail.
    private struct Attempt: Sendable {
        var problem: (any Error)?
        var wasStopped = false
    }

    private func attempt(_ item: MailItem, at now: NumericDate) async -> Attempt {
        var attempt = Attempt()
        do { try await deliver(item, at: now) } catch MailTransportError.stopping { attempt.wasStopped = true } catch {
            attempt.problem = error
        }
        underway.release(item.id)
        return attempt
    }

    private func deliver(_ item: MailItem, at now: NumericDate) async throws {
        // Sent before, but the store could not say so.
        guard !underway.wasSent(item.id) else { return try await finish(item) }
        let mail: OutgoingMail
        do { mail = try OutgoingMail(item, opening: sealer) } catch {
            // Nobody will ever be able to read it again.
            try await outbox.finishMail(item.id, recording: failure(of: nil, "unreadable", at: now))
            return
        }
        do {
            try await transport.send(mail)
        } catch .stopping {
            throw MailTransportError.stopping
        } catch .permanent(let reason) {
            try await outbox.finishMail(item.id, recording: failure(of: mail, reason, at: now))
            return
        } catch .temporary(let reason) {
            let next = now + .seconds(Self.delay(after: item.attempts))
            if next < item.expiresAt {
                try await outbox.postponeMail(item.id, until: next)
            } else {
                try await outbox.finishMail(item.id, recording: failure(of: mail, "given up: \(reason)", at: now))
            }
            return
        }
        underway.noteSent(item.id)
        try await finish(item)
    }

    private func finish(_ item: MailItem) async throws {
        try await outbox.finishMail(item.id, recording: nil)
        underway.forget(item.id)
    }

    /// Seconds: 30, 60, 120 … up to an hour.
    static func delay(after attempts: Int) -> Int64 { min(3600, 30 << Int64(min(max(0, attempts), 7))) }

    private func failure(of mail: OutgoingMail?, _ reason: String, at now: NumericDate) -> AuditEvent {
        AuditEvent(
            at: now, action: "mail.failed", outcome: .refusal, actor: "system",
            target: mail.map { "user:\($0.person)" } ?? "", detail: reason)
    }
}
