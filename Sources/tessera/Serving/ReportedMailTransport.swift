import AuthorizationServer
import Logging

/// Tells the operator in the log why a mail was not taken; to whom it was stays out of it.
struct ReportedMailTransport: MailTransport {
    let transport: any MailTransport
    let logger: Logger

    func send(_ mail: OutgoingMail) async throws(MailTransportError) {
        do { try await transport.send(mail) } catch {
            switch error {
            case .temporary(let reason):
                logger.warning(
                    "mail not sent, will be tried again", metadata: ["mail": "\(mail.id)", "reason": "\(reason)"])
            case .permanent(let reason):
                logger.error("mail not sent, given up", metadata: ["mail": "\(mail.id)", "reason": "\(reason)"])
            case .stopping: break
            }
            throw error
        }
    }
}
