/// Hands mails to a mail server. Called off the request path, by a few tasks at once.
package protocol MailTransport: Sendable {
    func send(_ mail: OutgoingMail) async throws(MailTransportError)
}

/// Why a mail was not taken. The texts are for the operator, without addresses and without what the mail says.
package enum MailTransportError: Error, Hashable, Sendable {
    /// Worth another attempt: no connection, or a reply 4yz (RFC 5321 §4.2.1).
    case temporary(String)
    /// A reply 5yz: the same mail will never be taken.
    case permanent(String)
    /// This program ends: the mail was not tried, and waits for the next start.
    case stopping
}

/// What reaches other servers on the issuer's own initiative; what is `nil` is not configured.
package struct Outbound: Sendable {
    package var mail: (any MailTransport)?
    package var logout: (any LogoutTransport)?
    let mailsUnderway = MailsUnderway()
    let logoutsUnderway = LogoutsUnderway()

    package init(mail: (any MailTransport)? = nil, logout: (any LogoutTransport)? = nil) {
        self.mail = mail
        self.logout = logout
    }
}
