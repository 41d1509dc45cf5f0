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
    package private(set) var lastAt: NumericDate
    package private(set) var count: Int64
    /// Where the last one came from; empty for what the operator did.
    package let address: String
    private var addresses: Set<String>
    package let client: ClientID?
    /// Done by somebody who runs this server.
    package let isByOperator: Bool

    /// How many addresses it came from.
    package var places: Int { addresses.count }

    /// `nil` for what is not shown.
    init?(_ event: AuditEvent, of subject: Subject) {
        guard let kind = Kind(rawValue: event.action) else { return nil }
        self.kind = kind
        at = event.at
        lastAt = event.lastAt
        count = event.count
        let isOwn = event.actor == "user:\(subject)" || event.actor == Self.stranger
        // Clients that are administrators act under names of clients, too.
        let actor = Self.ofClients.contains(kind) ? ClientMention(startOf: event.actor) : nil
        isByOperator = !isOwn && actor == nil
        address = isByOperator ? "" : event.address
        addresses = [address]
        client = (actor ?? ClientMention(startOf: event.detail))?.client
    }

    /// What happens to a person's tokens when a client uses them.
    private static let ofClients: Set<Kind> = [.refreshTokenReused, .refreshTokenAhead, .codeReplayed]

    /// The actor of what anybody can do without being signed in.
    static let stranger = "anonymous"

    /// What strangers did, as one line for each kind and day (UTC): however often somebody tries, and from how many
    /// places, it takes no more room. In the order of the newest of each line.
    static func folded(_ newestFirst: [AccountActivity]) -> [AccountActivity] {
        struct Line: Hashable {
            let kind: Kind
            let client: ClientID?
            let day: Int64
        }
        var lines: [AccountActivity] = []
        var indices: [Line: Int] = [:]
        for one in newestFirst {
            let line = Line(kind: one.kind, client: one.client, day: one.lastAt.secondsSince1970 / 86_400)
            if let index = indices[line] {
                lines[index].add(one)
            } else {
                indices[line] = lines.count
                lines.append(one)
            }
        }
        return lines
    }

    private mutating func add(_ other: AccountActivity) {
        count &+= other.count
        lastAt = max(lastAt, other.lastAt)
        addresses.formUnion(other.addresses)
    }
}

extension AccountArea {
    /// Deeds that are read for one page of activity, at most.
    package static let maximumActivity = 200
    /// What strangers did that is read for it, at most: of more, the counts tell of the newest.
    package static let maximumTries = 1000
    /// Lines of what strangers did, at most.
    package static let maximumLinesOfStrangers = 25

    /// What happened lately, newest first. What was done to the account, and what strangers tried, have limits of their
    /// own: nobody pushes off the page what they did by trying something else often.
    ///
    /// - Parameter limit: of what was done.
    package func activity(limit: Int = 50) async throws -> [AccountActivity] {
        let target = "user:\(user.id)"
        var query = AuditQuery(target: target, limit: Self.maximumActivity, newestFirst: true)
        query.exceptActor = AccountActivity.stranger
        let deeds = try await shown(query).prefix(min(max(0, limit), Self.maximumActivity))
        let tries = try await shown(
            AuditQuery(
                actor: AccountActivity.stranger, target: target, limit: Self.maximumTries, newestFirst: true))
        let lines = AccountActivity.folded(tries).prefix(Self.maximumLinesOfStrangers)
        return Self.merged(Array(deeds), Array(lines))
    }

    private func shown(_ query: AuditQuery) async throws -> [AccountActivity] {
        try await store.events(query).compactMap { AccountActivity($0, of: user.id) }
    }

    /// Both are in order, newest first; of equal moments, the deed comes first.
    private static func merged(_ deeds: [AccountActivity], _ lines: [AccountActivity]) -> [AccountActivity] {
        var merged: [AccountActivity] = []
        var rest = lines[...]
        for deed in deeds {
            let newer = rest.prefix { $0.lastAt > deed.lastAt }
            merged += newer
            rest = rest.dropFirst(newer.count)
            merged.append(deed)
        }
        return merged + rest
    }
}
