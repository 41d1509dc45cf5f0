package import Authenticators
package import Risk
import Storage

/// Lifetimes and limits of what people do at an issuer. Nothing here turns a check off.
package struct PeoplePolicy: Hashable, Sendable {
    /// Seconds without use after which a session is over, at most 30 days.
    package var sessionIdleLifetime: Int64 = 12 * 3600
    /// Seconds after sign-in when a session is over, used or not, at most 90 days.
    package var sessionLifetime: Int64 = 7 * 86_400
    /// Living sessions of one person, at most 1000; for one more that ends which was used longest ago.
    package var sessionsPerPerson = Session.usualLimit
    /// Seconds between two notes that a session was used.
    package var sessionTouchInterval: Int64 = 60
    /// Which passwords people may choose.
    package var passwords = PasswordPolicy.standard
    /// Failed passwords for one account from browsers that it does not know: fewer than 100 on any day.
    package var accountThrottle = ThrottlePolicy(burst: 50, perHour: 2)
    /// Failed passwords for one account from one address.
    package var accountAddressThrottle = ThrottlePolicy(burst: 10, perHour: 60)
    /// Failed passwords for one account in a browser that it knows.
    package var knownBrowserThrottle = ThrottlePolicy(burst: 20, perHour: 3)
    /// Failed passwords from one browser, whatever the account, unless the account knows the browser.
    package var browserThrottle = ThrottlePolicy(burst: 30, perHour: 60)
    /// Failed passwords from one address, whatever the account, in browsers that the account does not know.
    package var addressThrottle = ThrottlePolicy(burst: 100, perHour: 600)
    /// Requests from one address that cause mail.
    package var mailThrottle = ThrottlePolicy(burst: 20, perHour: 60)
    /// Mails that one person gets in an hour because somebody asked for them.
    package var mailsPerHour: Int = 3
    /// Seconds that a link to reset a password is good.
    package var resetLinkLifetime: Int64 = 1800
    /// Seconds that a link to verify an address is good.
    package var verificationLinkLifetime: Int64 = 86_400
    /// Seconds that an invitation is good.
    package var invitationLifetime: Int64 = 7 * 86_400
    /// Seconds after which an account goes that a stranger asked for and nobody took up, at most 30 days.
    package var unclaimedLifetime: Int64 = 7 * 86_400
    /// Seconds that a mail is tried to be delivered.
    package var mailLifetime: Int64 = 86_400
    /// Mails that are handed to the mail server at the same time.
    package var mailsAtOnce = 4
    /// Whether strangers may make themselves an account.
    package var allowsSelfRegistration = false
    /// What the operator calls this place, in mails.
    package var displayName = "Tessera"
    /// The language of mails to people who have not said theirs.
    package var defaultLanguage = "en"
    /// The attributes that people have beside the standard claims.
    package var attributes = AttributeSchema.standard
    /// Which of them reach the tokens of whom.
    package var claimMapping = ClaimMapping()

    package init() {}
}
