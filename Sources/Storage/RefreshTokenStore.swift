package import JOSE
package import OAuth

/// The refresh tokens of one authorization: generations of which only the head is alive.
///
/// A token names its family and its generation and proves both with a MAC under the family's own key, so that every
/// generation that ever was can be told from a stranger's guess without a row for each.
package struct RefreshFamily: Hashable, Sendable {
    package let grant: GrantID
    /// The key of the family's tokens, sealed under the data key for `refresh_family.key.<grant>`.
    package let sealedKey: [UInt8]
    /// The one generation that may be exchanged; the first is 1.
    package var head: Int64
    /// When recent predecessors of the head were spent, oldest first; pruned when a window has passed. Of those spent within
    /// one second only the first and the last, which speak for all between them.
    package var spent: [SpentGeneration]
    /// How often the head's parent was presented again.
    package var repeats: Int
    /// Repeats on the day (days since 1970) of the last one.
    package var repeatDay: Int64
    package var repeatsOnDay: Int
    package let createdAt: NumericDate
    package var lastUsedAt: NumericDate
    /// Seconds without use after which the family is over.
    package let idleLifetime: Int64
    /// The first second at which the family is over, however much it was used.
    package let expiresAt: NumericDate

    package init(
        grant: GrantID, sealedKey: [UInt8], head: Int64 = 1, spent: [SpentGeneration] = [], repeats: Int = 0,
        repeatDay: Int64 = 0, repeatsOnDay: Int = 0, createdAt: NumericDate, lastUsedAt: NumericDate? = nil,
        idleLifetime: Int64, expiresAt: NumericDate
    ) {
        self.grant = grant
        self.sealedKey = sealedKey
        self.head = head
        self.spent = spent
        self.repeats = repeats
        self.repeatDay = repeatDay
        self.repeatsOnDay = repeatsOnDay
        self.createdAt = createdAt
        self.lastUsedAt = lastUsedAt ?? createdAt
        self.idleLifetime = idleLifetime
        self.expiresAt = expiresAt
    }

    package func isOver(at now: NumericDate) -> Bool {
        now >= expiresAt || now >= lastUsedAt + .seconds(idleLifetime)
    }

    /// The day (days since 1970) on which nothing can be had from it any more, nor any access token from before be
    /// alive. Counted in days, so that the index by which it is swept need not be written with every rotation.
    package var sweepDay: Int64 {
        min(expiresAt, lastUsedAt + .seconds(idleLifetime)).secondsSince1970 / 86_400 &+ 2
    }
}

/// When a generation was exchanged for its successor.
package struct SpentGeneration: Hashable, Sendable {
    package let generation: Int64
    package let at: NumericDate
    package init(generation: Int64, at: NumericDate) {
        self.generation = generation
        self.at = at
    }
}

/// How rotation treats a token that comes twice.
package struct RotationPolicy: Hashable, Sendable {
    /// Seconds within which a spent token is taken for a late duplicate; 0 is strict.
    package var window: Int64
    /// How often the direct parent may get the same successor again.
    package var repeatsPerGeneration: Int
    package var repeatsPerDay: Int

    package init(window: Int64 = 10, repeatsPerGeneration: Int = 20, repeatsPerDay: Int = 200) {
        self.window = window
        self.repeatsPerGeneration = repeatsPerGeneration
        self.repeatsPerDay = repeatsPerDay
    }
}

/// Refresh tokens. Reading changes nothing; ``rotate(_:presenting:under:at:with:)`` is the only way to use one.
package protocol RefreshTokenStore: Sendable {
    /// The family with all that a refresh re-checks, as it stands at `now`; `nil` if there is none (any more).
    func refreshRecord(_ grant: GrantID, at now: NumericDate) async throws -> RefreshRecord?
    /// Judges `generation`, whose MAC the caller has checked, and moves the head on by one compare-and-set, in one
    /// transaction.
    ///
    /// Of any number of concurrent calls with the head, exactly one returns ``Rotation/rotated(head:)``. A family that
    /// ends takes its authorization along (``EndTarget/grant(_:)``, ``EndReason/refreshTokenReused`` or
    /// ``EndReason/storeRestored``). `effects` are
    /// written according to the outcome; a plain rotation writes none.
    nonisolated(nonsending) func rotate(
        _ grant: GrantID, presenting generation: Int64, under policy: RotationPolicy, at now: NumericDate,
        with effects: RotationEffects
    ) async throws -> Rotation
    /// The same for tokens that were struck from `record`, however long ago that was read: nothing moves, and
    /// ``Rotation/changed`` comes back, if session or consent are others by now. In one write if the family still stands
    /// as it was read, as nearly all do; whatever has changed of it is judged as it is now, in the same transaction.
    nonisolated(nonsending) func rotate(
        _ record: RefreshRecord, presenting generation: Int64, under policy: RotationPolicy, at now: NumericDate,
        with effects: RotationEffects
    ) async throws -> Rotation
}

/// What is recorded if a rotation is more than a rotation; composed only then.
package struct RotationEffects: Sendable {
    private let compose:
        (repeated: @Sendable () -> Effects, reused: @Sendable () -> Effects, ahead: @Sendable () -> Effects)

    package init(
        repeated: @autoclosure @escaping @Sendable () -> Effects,
        reused: @autoclosure @escaping @Sendable () -> Effects, ahead: @autoclosure @escaping @Sendable () -> Effects
    ) {
        compose = (repeated, reused, ahead)
    }

    package var repeated: Effects { compose.repeated() }
    package var reused: Effects { compose.reused() }
    package var ahead: Effects { compose.ahead() }
}

/// A family with its authorization, and whether user and session still stand.
package struct RefreshRecord: Hashable, Sendable {
    package let family: RefreshFamily
    package let authorization: Authorization
    /// Ended, or past its `expiresAt`.
    package let isEnded: Bool
    package let userMayAct: Bool
    /// Of the session that the authorization was given in; always `true` for offline access. Idle time is the caller's to
    /// judge.
    package let sessionStands: Bool
    /// When that session was used last; `nil` for offline access, and if there is no such session any more.
    package let sessionSeenAt: NumericDate?
    /// What the person agreed to for the client, as it is now.
    package let consent: Consent?
    /// By this the store recognises that what the tokens are struck from still stands.
    package let ground: GrantGround
    package init(
        family: RefreshFamily, authorization: Authorization, isEnded: Bool, userMayAct: Bool, sessionStands: Bool,
        sessionSeenAt: NumericDate? = nil, consent: Consent? = nil, ground: GrantGround? = nil
    ) {
        self.ground = ground ?? GrantGround(session: authorization.session, consent: consent?.ground)
        self.family = family
        self.authorization = authorization
        self.isEnded = isEnded
        self.userMayAct = userMayAct
        self.sessionStands = sessionStands
        self.sessionSeenAt = sessionSeenAt
        self.consent = consent
    }
}

extension RefreshRecord {
    /// The same with its family in another state, and with a newer use of the session, if there was one.
    package func moved(to family: RefreshFamily, usingSessionAt moment: NumericDate? = nil) -> RefreshRecord {
        RefreshRecord(
            family: family, authorization: authorization, isEnded: isEnded, userMayAct: userMayAct,
            sessionStands: sessionStands, sessionSeenAt: moment ?? sessionSeenAt, consent: consent, ground: ground)
    }
}

/// What the tokens for a code or a refresh rest on that may change while the authorization stays: the session, which a new
/// sign-in renames, and what the person agrees to.
package struct GrantGround: Hashable, Sendable {
    package let session: SessionID
    /// The consent as ``Consent/ground`` writes it; `nil` without one.
    package let consent: String?

    package init(session: SessionID, consent: String?) {
        self.session = session
        self.consent = consent
    }
}

/// How presenting a refresh token ended.
package enum Rotation: Hashable, Sendable {
    /// The token was the head; the new head is this.
    case rotated(head: Int64)
    /// The token was the head's direct parent, in time: the head again.
    case repeated(head: Int64)
    /// Spent less than a window ago: refused, and nothing ends.
    case late
    /// The direct parent came too often.
    case repeatedTooOften
    /// Spent longer ago than the window: the family has ended now.
    case reused(Ended)
    /// Never made by this store, whose memory is from before (a restored backup): the family has ended now.
    case ahead(Ended)
    /// The family had ended before, or its time is over, or user or session may not act any more.
    case ended
    case missing
    /// What the caller struck tokens from is not so any more: nothing was spent, and it may begin anew.
    case changed
}
