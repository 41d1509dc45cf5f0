package import Risk

/// Who may register clients without an administrator (RFC 7591 §3), and how many there may be.
package struct RegistrationPolicy: Hashable, Sendable {
    package var isEnabled = false
    /// Nobody is asked for an initial access token.
    package var isOpen = false
    /// Self-registered clients at most.
    package var maximumClients = 1000
    /// Seconds after which a client that holds nothing of anybody goes.
    package var unusedLifetime: Int64 = 30 * 86_400
    /// Registrations from one address that were refused; where anybody may register, also those that were not.
    package var throttle = ThrottlePolicy(burst: 40, perHour: 300)
    /// Registration access tokens that are wrong, from one address.
    package var guessThrottle = ThrottlePolicy(burst: 40, perHour: 300)
    /// Changes of registrations, also refused ones, of one client and from one address.
    package var changeThrottle = ThrottlePolicy(burst: 20, perHour: 60)
    /// What old OpenID clients need is allowed to them, too: no PKCE for one that authenticates and sends a `nonce`,
    /// and assertions that are addressed to the token endpoint.
    package var allowsOldOpenID = false

    /// Initial access tokens that have not expired, at most.
    static let maximumTokens = 1000

    package init() {}
}
