package import JOSE
package import OAuth
import Storage

/// Something that happened to a person's account, for their own eyes; pages say it in words.
package struct AccountActivity: Hashable, Sendable {
    /// What happened; other events are not a person's business.
    package enum Kind: String, CaseIterable, Hashable, Sendable {
        case signedIn = "sign_in.succeeded"
        case signInRefused = "sign_in.refused"
        case passwordRefused = "account.password.refused"
        case deletionRefused = "account.deletion.refused"
        case addressRefused = "account.address.refused"
        case signedOut = "session.signed_out"
        case sessionEnded = "session.ended"
        case signedOutEverywhere = "account.signed_out_everywhere"
        case passwordChanged = "account.password_changed"
        case passwordReset = "account.password_reset"
        case resetRequested = "account.reset_requested"
        case profileChanged = "account.profile_changed"
        case addressChanged = "account.address_changed"
        case addressKept = "account.address_kept"
        case addressVerified = "account.address_verified"
        case verificationRequested = "account.verification_requested"
        case registered = "account.registered"
        case invited = "account.invited"
        case invitationAccepted = "account.invitation_accepted"
        case dataDownloaded = "account.data_downloaded"
        case consentGiven = "consent.given"
        case applicationEnded = "application.ended"
        case keyCreated = "api_key.created"
        case keyRerolled = "api_key.rerolled"
        case keyEnded = "api_key.ended"
        case keyRefused = "account.api_key.refused"
        case refreshTokenReused = "refresh_token.reused"
        /// The store was set back to a backup that is older than the token.
        case refreshTokenAhead = "refresh_token.ahead"
        case codeReplayed = "authorization_code.replayed"
        case authorizationGiven = "authorization.given"
        case authorizationEnded = "authorization.ended"
        case created = "user.created"
        case updated = "user.updated"
        case disabled = "user.disabled"
        case enabled = "user.enabled"
        case lockedDown = "user.locked_down"
        case released = "user.released"
        case passwordSet = "user.password_set"
        case sessionsEnded = "user.sessions_ended"
    }

    package let kind: Kind
    package let at: NumericDate
    /// When the last of ``count`` equal ones was.
    package let lastAt: NumericDate
    package let count: Int64
    /// Where it came from; empty for what the operator did.
    package let address: String
    package let client: ClientID?
    /// Done by somebody who runs this server.
    package let isByOperator: Bool

    /// `nil` for what is not shown.
    init?(_ event: AuditEvent, of subject: Subject) {
        guard let kind = Kind(rawValue: event.action) else { return nil }
        self.kind = kind
        at = event.at
        lastAt = event.lastAt
        count = event.count
        let isOwn = event.actor == "user:\(subject)" || event.actor == "anonymous"
        // Clients that are administrators act under names of clients, too.
        let actor = Self.ofClients.contains(kind) ? ClientMention(startOf: event.actor) : nil
        isByOperator = !isOwn && actor == nil
        address = isByOperator ? "" : event.address
        client = (actor ?? ClientMention(startOf: event.detail))?.client
    }

    /// What happens to a person's tokens when a client uses them.
    private static let ofClients: Set<Kind> = [.refreshTokenReused, .refreshTokenAhead, .codeReplayed]
}

extension AccountArea {
    /// Events that are read for one page of activity, at most.
    package static let maximumActivity = 200

    /// What happened lately, newest first.
    package func activity(limit: Int = 50) async throws -> [AccountActivity] {
        let query = AuditQuery(
            target: "user:\(user.id)", limit: Self.maximumActivity, newestFirst: true)
        let shown = try await store.events(query).lazy.compactMap { AccountActivity($0, of: user.id) }
        return Array(shown.prefix(min(max(0, limit), Self.maximumActivity)))
    }
}
