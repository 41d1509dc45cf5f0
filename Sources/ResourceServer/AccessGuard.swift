public import JOSE
public import OAuth

/// Lets requests in that carry a token good enough for what they want: all of this library in one call.
public struct AccessGuard: Sendable {
    public let validator: AccessTokenValidator
    /// Who is asked about tokens that are no JWTs; without it they are refused.
    public let introspection: IntrospectionClient?
    /// Who is asked on each request whether the token has ended.
    public let revocations: (any RevocationSource)?
    /// Where tokens are looked for.
    public var reader = BearerTokenReader()
    private let cache: VerifiedTokenCache
    private let observer = TokenObserver()

    public init(
        _ validator: AccessTokenValidator, introspection: IntrospectionClient? = nil,
        revocations: (any RevocationSource)? = nil, memory: TokenMemory = TokenMemory()
    ) {
        self.validator = validator
        self.introspection = introspection
        self.revocations = revocations
        cache = VerifiedTokenCache(memory)
    }

    /// The token of a request that may pass. Throws why another one may not.
    /// - Parameters:
    ///   - authorization: all values of the request's `Authorization` field.
    ///   - address: of the client, for API keys that are good from some networks only; behind a proxy what that proxy says,
    ///     and never its own.
    ///   - purpose: what only goes on is no further use of an API key that has a quota.
    public func admit(
        authorization: [String], query: String? = nil, form: [UInt8]? = nil, rule: AccessRule = .anyToken,
        from address: String? = nil, for purpose: AccessPurpose = .request, at now: NumericDate
    ) async throws(AccessRefusal) -> AccessToken {
        guard let text = try reader.token(authorization: authorization, query: query, form: form) else {
            throw .noToken
        }
        return try await admit(text, rule: rule, from: address, for: purpose, at: now)
    }

    /// The same for a token that was found already.
    public func admit(
        _ text: Secret, rule: AccessRule = .anyToken, from address: String? = nil,
        for purpose: AccessPurpose = .request, at now: NumericDate
    ) async throws(AccessRefusal) -> AccessToken {
        let token = try await proven(text, from: address, for: purpose, at: now)
        try rule.check(token, at: now, clockTolerance: validator.clockTolerance)
        return token
    }

    /// How many checked tokens are remembered now, for metrics; never more than its ``TokenMemory`` says.
    public var rememberedTokens: Int { cache.count }

    /// Which keys signed what was checked here, and how the issuer's clock and ours differ.
    public var observations: TokenObservations { observer.observations }

    private func proven(
        _ text: Secret, from address: String?, for purpose: AccessPurpose, at now: NumericDate
    ) async throws(AccessRefusal) -> AccessToken {
        let fingerprint = TokenFingerprint(text)
        // Before the keys are taken, so that an entry never claims newer ones than it was checked with.
        let keys = validator.keys.version
        if let known = cache.entry(fingerprint, keys: keys, at: now) {
            try validator.checkTimes(known.token, at: now)
            return try await current(known, text, at: now)
        }
        guard Self.isCompactJWS(text) else {
            return try await introspected(text, from: address, for: purpose, at: now)
        }
        let token = try await validator.validate(text, at: now)
        observer.saw(token, at: now)
        let entry = cache.entry(token, lookup: revocations?.lookup(for: token), keys: keys, at: now)
        cache.keep(entry, as: fingerprint)
        return try await current(entry, text, at: now)
    }

    /// The token, unless it has ended before its time or nobody can say so.
    private func current(
        _ entry: VerifiedTokenCache.Entry, _ text: Secret, at now: NumericDate
    ) async throws(AccessRefusal) -> AccessToken {
        guard let lookup = entry.lookup else { return entry.token }
        switch lookup(now) {
        case .current, .stale(.acceptUntilExpiry): return entry.token
        case .revoked:
            // Tokens of the key that takes its place come next: its successor should be known by then.
            if let keyID = entry.token.keyID, revocations?.isDistrusted(keyID: keyID) ?? false {
                validator.keys.renew(after: keyID, at: now)
            }
            throw .invalidToken(.revoked)
        case .stale(.refuse):
            throw .unavailable(.revocationsStale)
        case .stale(.introspect):
            guard introspection != nil else { throw .unavailable(.revocationsStale) }
            return try await introspected(text, at: now)
        }
    }

    private func introspected(
        _ text: Secret, from address: String? = nil, for purpose: AccessPurpose = .request, at now: NumericDate
    ) async throws(AccessRefusal) -> AccessToken {
        guard let introspection else { throw .invalidToken(.malformed) }
        return try await introspection.token(
            text, from: address, for: purpose, at: now, revocations: revocations?.version ?? 0)
    }

    /// Three parts (RFC 7515 §7.1). What is one is never sent to the issuer because it failed here.
    private static func isCompactJWS(_ text: Secret) -> Bool {
        var text = text.revealedValue
        return text.withUTF8 { bytes in
            var dots = 0
            // Without a branch for each byte, so that many are compared at once.
            for byte in bytes { dots &+= byte == 0x2E ? 1 : 0 }
            return dots == 2
        }
    }
}
