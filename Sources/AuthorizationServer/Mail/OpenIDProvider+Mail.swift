package import JOSE
import OAuth
package import Storage

extension OpenIDProvider {
    var composer: MailComposer {
        MailComposer(
            issuer: issuer, place: policy.people.displayName, defaultLanguage: policy.people.defaultLanguage)
    }

    /// A notice to a person's verified address, for the ``Effects`` of what it tells; none if there is no such address, or
    /// if this issuer sends no mail.
    package func notices(_ message: MailMessage, to user: User, at now: NumericDate) throws -> [MailItem] {
        guard user.isEmailVerified, let address = user.email else { return [] }
        return try mails(message, to: address, of: user, languages: [], at: now)
    }

    /// A mail to an address of the person that may not be verified yet.
    func mails(
        _ message: MailMessage, to address: LoginName, of user: User, languages: [String], at now: NumericDate
    ) throws -> [MailItem] {
        guard canMail(to: address) else { return [] }
        let wishes = (user.attributes.string("locale").map { [$0] } ?? []) + languages
        let (subject, text, language) = composer.subjectAndText(of: message, in: wishes)
        let mail = OutgoingMail(
            id: secrets.identifier(), person: user.id, recipient: address, subject: subject, text: text,
            language: language)
        return [try mail.sealed(by: sealer, at: now, lifetime: policy.people.mailLifetime)]
    }

    /// Without it no address is proven, and nobody resets a password by themselves.
    package var sendsMail: Bool { outbound.mail != nil }

    /// A login name that is no address cannot be mailed to.
    func canMail(to address: LoginName) -> Bool { sendsMail && address.isMailAddress }

    /// Sees to what strangers asked for, and sends what is due. Meant for every second, also while an earlier call still
    /// waits for a mail server: together they send ``PeoplePolicy/mailsAtOnce`` at once. Returns what went wrong.
    package func deliverMail(at now: NumericDate) async -> [UpkeepProblem] {
        guard let transport = outbound.mail else {
            _ = mailRequests.take()
            return []
        }
        var problems: [UpkeepProblem] = []
        if let error = await answerMailRequests(at: now) {
            problems.append(UpkeepProblem(work: "mail_requests", error: error))
        }
        let delivery = MailDelivery(
            outbox: store, transport: transport, sealer: sealer, underway: outbound.mailsUnderway,
            atOnce: policy.people.mailsAtOnce)
        return problems + (await delivery.run(at: now)).map { UpkeepProblem(work: "mail", error: $0) }
    }

    /// Sees to what waits, up to the first failure: what is left then waits for the next run, as a store that is busy or
    /// full is so for all of it.
    private func answerMailRequests(at now: NumericDate) async -> (any Error)? {
        let entries = mailRequests.take()
        for (index, entry) in entries.enumerated() {
            do { try await answer(entry, at: now) } catch {
                mailRequests.putBack(entries.dropFirst(index + 1), failed: entry, at: now)
                return error
            }
        }
        return nil
    }
}

extension LoginName {
    /// Whether it can stand in a mail's envelope as it is: one `@`, nothing that needs quoting, no space, no angle bracket.
    package var isMailAddress: Bool {
        let parts = rawValue.utf8.split(separator: 0x40, omittingEmptySubsequences: false)
        guard parts.count == 2, (1...64).contains(parts[0].count), (1...189).contains(parts[1].count) else {
            return false
        }
        return parts.allSatisfy { part in
            part.first != 0x2E && part.last != 0x2E && part.first != 0x2D
                && part.allSatisfy { $0 >= 0x80 || Self.isAtomByte($0) }
        }
    }

    /// RFC 5322 §3.2.3, with the dot.
    private static func isAtomByte(_ byte: UInt8) -> Bool {
        DraftCheck.isAlphanumeric(byte) || "!#$%&'*+-/=?^_`{|}~.".utf8.contains(byte)
    }
}
