package import Risk
package import Storage

/// Who may have API keys, and for how long.
package struct APIKeyPolicy: Hashable, Sendable {
    /// No setting goes beyond these, in seconds.
    package static let longestLifetime: Int64 = 10 * 365 * 86_400
    package static let longestOverlap: Int64 = 30 * 86_400

    /// Whether people make keys of their own on the account pages.
    package var isForPeople = true
    /// Seconds that a key lives unless something else is asked for.
    package var lifetime: Int64 = 90 * 86_400
    /// Seconds that a key may live at most.
    package var maximumLifetime: Int64 = 365 * 86_400
    /// Whether administrators may make keys that never expire.
    package var allowsEndless = false
    /// Live keys of one owner, at most.
    package var perOwner = 20
    /// Seconds that the old key goes on beside the new one when a key is rerolled.
    package var overlap: Int64 = 86_400
    /// Whether keys are accepted as they are; otherwise only in exchange for an access token.
    package var allowsDirectUse = true
    /// Seconds that an access token lives that was had for a key, if the resource's do not live shorter.
    package var exchangedLifetime: Int64 = 300
    /// Reports of leaked keys from one address.
    package var reportThrottle = ThrottlePolicy(burst: 20, perHour: 60)
    package var alarms = AlarmPolicy()

    package init() {}
}

/// Whom the operator wants to hear of what should never happen.
package struct AlarmPolicy: Hashable, Sendable {
    /// An https address that takes signed alarms.
    package var webhook: String?
    package var mail: LoginName?

    package init() {}
}
