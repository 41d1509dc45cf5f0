package import JOSE
package import Risk
package import Storage

/// Lifetimes and limits of one issuer. Nothing here turns a check off.
package struct ServerPolicy: Hashable, Sendable {
    /// Seconds. No setting goes beyond; keys are kept this long after their last use.
    package static let longestAccessTokenLifetime: Int64 = 86_400

    /// Seconds for which a single token that was ended is remembered after its end, for verifiers whose clock is late or who
    /// allow for such clocks.
    package static let revocationAllowance: Int64 = 300

    /// Seconds. The longest that any access token may live, also at resources that were registered with more.
    package var maximumAccessTokenLifetime: Int64 = 86_400
    /// Seconds by which a client's clock may differ from ours, at most 60.
    package var clockSkew: Int64 = 30
    /// Seconds that a client assertion may live from now on (RFC 7523 §3); an hour, as common libraries make them.
    package var maximumAssertionLifetime: Int64 = 3600
    /// Algorithms that have a signing key from the first start; others get one when a resource asks for them.
    package var signingAlgorithms: [Algorithm] = [.ES256]
    /// Seconds between two rotations of a key.
    package var keyRotationInterval: Int64 = 30 * 86_400
    /// Seconds that a key is published before it is used; at least twice `keySetMaxAge`.
    package var keyAnnouncement: Int64 = 86_400
    /// Seconds that verifiers may keep the key set.
    package var keySetMaxAge: Int64 = 300
    package var rsaBits: Int = 2048
    /// Failed authentications of one client from one address.
    package var clientThrottle = ThrottlePolicy(burst: 10, perMinute: 10)
    /// Failed authentications from one address, whatever the client.
    package var addressThrottle = ThrottlePolicy(burst: 100, perMinute: 60)
    /// Tokens of one grant that may be revoked one by one before all of it end at once.
    package var revocationThrottle = ThrottlePolicy(burst: 10_000, perMinute: 600)
    /// Authorization requests from one address that have to be kept until somebody signs in.
    package var requestThrottle = ThrottlePolicy(burst: 2000, perMinute: 600)
    /// Authorization requests that wait for somebody, whoever sent them, at most a million.
    package var waitingRequests = PendingAuthorization.usualLimit
    package var feed = FeedPolicy()
    package var statusLists = StatusListPolicy()
    package var retention = Retention()
    /// Registered things kept in memory, at most, of each kind.
    package var registryCapacity: Int = 50_000
    /// Keys kept of what a client publishes at its `jwks_uri`.
    package var keysPerClient: Int = 32
    /// How often a token is made when what it rests on changes meanwhile, before the request is given up.
    package var tokenAttempts: Int = 16
    /// Seconds in which a code must be redeemed, at most 60 (RFC 9700 §2.1.1, FAPI 2.0 §5.3.2.1).
    package var codeLifetime: Int64 = 60
    /// Seconds that an authorization request waits for a person.
    package var pendingLifetime: Int64 = 1800
    /// Seconds that a pushed request waits for a browser (RFC 9126 §2.2).
    package var pushedLifetime: Int64 = 90
    /// Seconds that an access token for UserInfo alone lives, at most 3600.
    package var userInfoTokenLifetime: Int64 = 300
    /// Seconds that an ID token is good for; what it says is read at once.
    package var idTokenLifetime: Int64 = 600
    /// Seconds without a refresh after which a refresh token is over.
    package var refreshIdleLifetime: Int64 = 30 * 86_400
    /// Seconds after which it is over however much it was used.
    package var refreshLifetime: Int64 = 90 * 86_400
    package var rotation = RotationPolicy()
    /// Live authorizations of one client in one session, at most 1000; the oldest makes room for one more.
    package var authorizationsPerSession = AuthorizationTerms.usualLimit
    /// UserInfo tokens kept in memory that were verified before, at most.
    package var verifiedTokenCapacity: Int = 10_000
    /// Families of refresh tokens kept in memory that were rotated before, at most; 0 for none.
    package var rememberedFamilies: Int = 10_000
    package var people = PeoplePolicy()
    package var registration = RegistrationPolicy()
    package var apiKeys = APIKeyPolicy()
    package var explain = ExplainPolicy()
    /// A page for developers, named in the metadata.
    package var documentation: String?

    package init() {}
}
