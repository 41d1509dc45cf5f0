public import JOSE
import OAuth

/// Lets requests in that carry a token good enough for what they want: all of this library in one call.
public struct AccessGuard: Sendable {
    public let validator: AccessTokenValidator
    /// Where tokens are looked for.
    public var reader = BearerTokenReader()
    private let cache: VerifiedTokenCache

    /// Bounds of the memory of tokens that were checked.
    public static let largestCache = 1_000_000
    public static let longestCacheLifetime = Duration.seconds(300)

    /// - Parameters:
    ///   - cachedTokens: how many checked tokens are remembered; 10,000 unless told, 0 for none, a million at most.
    ///   - cacheLifetime: how long; 60 seconds unless told, 5 minutes at most, and never beyond a token's own end.
    public init(
        _ validator: AccessTokenValidator, cachedTokens: Int = 10_000, cacheLifetime: Duration = .seconds(60)
    ) {
        self.validator = validator
        cache = VerifiedTokenCache(
            capacity: min(max(cachedTokens, 0), Self.largestCache),
            lifetime: min(max(cacheLifetime, .zero), Self.longestCacheLifetime))
    }

    /// The token of a request that may pass. Throws why another one may not.
    /// - Parameter authorization: all values of the request's `Authorization` field.
    public func admit(
        authorization: [String], query: String? = nil, form: [UInt8]? = nil, rule: AccessRule = .anyToken,
        at now: NumericDate
    ) async throws(AccessRefusal) -> AccessToken {
        guard let text = try reader.token(authorization: authorization, query: query, form: form) else {
            throw .noToken
        }
        let token = try await proven(text, at: now)
        try rule.check(token, at: now, clockTolerance: validator.clockTolerance)
        return token
    }

    /// How many checked tokens are remembered now, for metrics; never more than ``init(_:cachedTokens:cacheLifetime:)``
    /// was told.
    public var rememberedTokens: Int { cache.count }

    private func proven(_ text: Secret, at now: NumericDate) async throws(AccessRefusal) -> AccessToken {
        let fingerprint = VerifiedTokenCache.Fingerprint(text)
        // Before the keys are taken, so that an entry never claims newer ones than it was checked with.
        let keys = validator.keys.version
        if let known = cache.token(fingerprint, keys: keys, at: now) {
            try validator.checkTimes(known, at: now)
            return known
        }
        let token = try await validator.validate(text, at: now)
        cache.keep(token, as: fingerprint, keys: keys, at: now)
        return token
    }
}
