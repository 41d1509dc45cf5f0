package import JOSE
package import OAuth

/// A single-use link, in a mail or handed over by an administrator: 256 bits, kept as a hash, bound to person, address
/// and purpose.
package struct MailLink: Hashable, Sendable {
    package enum Purpose: String, CaseIterable, Hashable, Sendable { case verifyAddress, resetPassword, invitation }

    package let hash: TokenHash
    package let purpose: Purpose
    package let subject: Subject
    /// The address it was sent to; useless once the person has another. A link that verifies may be sent to the address
    /// that the person wants to have.
    package let email: LoginName
    package let createdAt: NumericDate
    package let expiresAt: NumericDate
    /// It went to the mailbox, and to nobody else: whoever uses it has shown that the address is theirs.
    package let isMailed: Bool

    package init(
        hash: TokenHash, purpose: Purpose, subject: Subject, email: LoginName, createdAt: NumericDate,
        expiresAt: NumericDate, isMailed: Bool = false
    ) {
        self.hash = hash
        self.purpose = purpose
        self.subject = subject
        self.email = email
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.isMailed = isMailed
    }
}

/// Links in mails. A newer link replaces an older one of the same person and purpose.
package protocol MailLinkStore: Sendable {
    /// `false`, and nothing written, if `perHour` links of this purpose were made for the person within the last hour,
    /// or if there is no such person.
    func insert(_ link: MailLink, perHour: Int, with effects: Effects) async throws -> Bool
    /// A link that would still work: neither spent, replaced nor expired, to an address that is still the person's, who
    /// may act.
    func mailLink(_ hash: TokenHash, for purpose: MailLink.Purpose, at now: NumericDate) async throws -> MailLink?
    /// Links that would still work, of people after `subject`, in the order of their ids.
    func mailLinks(
        for purpose: MailLink.Purpose, after subject: Subject?, limit: Int, at now: NumericDate
    ) async throws -> [MailLink]
    /// A person's links that were neither spent nor replaced and have not expired, oldest first; also those to an
    /// address that is not the person's any more.
    func mailLinks(to subject: Subject, at now: NumericDate) async throws -> [MailLink]
    /// Makes the person's links for `purpose` useless; `false`, and nothing written, if none would have worked.
    func withdrawLinks(
        of subject: Subject, for purpose: MailLink.Purpose, at now: NumericDate, with effects: Effects
    ) async throws -> Bool
    /// Spends the link and gives the person its address, verified (``User/proving(_:)``). Returns the person; `nil`,
    /// and nothing written, if the link is not good (any more), or if the address has become somebody else's.
    func verifyAddress(spending hash: TokenHash, at now: NumericDate, with effects: Effects) async throws -> Subject?
    /// Spends a link for `purpose` (reset or invitation), sets the password, marks the address as verified if the link
    /// went there by mail, and ends all sessions and authorizations of the person, all or nothing; `.missing`, and nothing
    /// written, if the link is not good.
    func setPassword(
        _ password: StoredPassword, spending hash: TokenHash, for purpose: MailLink.Purpose, at now: NumericDate,
        with effects: Effects
    ) async throws -> UserChange
}
