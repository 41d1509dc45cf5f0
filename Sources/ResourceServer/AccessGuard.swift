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
        let fingerprint = reader.fingerprint(authorization: authorization, query: query, form: form)
        return try await admit(fingerprint, rule: rule, from: address, for: purpose, at: now) {
            () throws(AccessRefusal) in
            guard let text = try reader.token(authorization: authorization, query: query, form: form) else {
                throw .noToken
            }
            return text
        }
    }

    /// The same for a token that was found already.
    public func admit(
        _ text: Secret, rule: AccessRule = .anyToken, from address: String? = nil,
        for purpose: AccessPurpose = .request, at now: NumericDate
    ) async throws(AccessRefusal) -> AccessToken {
        try await admit(TokenFingerprint(text), rule: rule, from: address, for: purpose, at: now) { text }
    }

    /// How many checked tokens are remembered now, for metrics; never more than its ``TokenMemory`` says.
    public var rememberedTokens: Int { cache.count }

    /// Which keys signed what was checked here, and how the issuer's clock and ours differ.
    public var observations: TokenObservations { observer.observations }

    /// - Parameters:
    ///   - fingerprint: of the token, where it is known without having read it.
    ///   - text: the token; not asked for while it is remembered.
    private func admit(
        _ fingerprint: TokenFingerprint?, rule: AccessRule, from address: String?, for purpose: AccessPurpose,
        at now: NumericDate, text: () throws(AccessRefusal) -> Secret
    ) async throws(AccessRefusal) -> AccessToken {
        let token: AccessToken
        if let fingerprint, let known = cache.entry(fingerprint, keys: validator.keys.version, at: now) {
            try validator.checkTimes(known.token, at: now)
            token = try isCurrent(known, at: now) ? known.token : await introspected(text(), at: now)
        } else {
            token = try await proven(text(), fingerprint, from: address, for: purpose, at: now)
        }
        try rule.check(token, at: now, clockTolerance: validator.clockTolerance)
        return token
    }

    private func proven(
        _ text: Secret, _ fingerprint: TokenFingerprint?, from address: String?, for purpose: AccessPurpose,
        at now: NumericDate
    ) async throws(AccessRefusal) -> AccessToken {
        guard Self.isCompactJWS(text) else {
            return try await introspected(text, from: address, for: purpose, at: now)
        }
        // Before the token is checked, so that an entry never claims newer keys than it was checked with.
        let keys = validator.keys.version
        let token = try await validator.validate(text, at: now)
        observer.saw(token, at: now)
        let entry = cache.entry(token, lookup: revocations?.lookup(for: token), keys: keys, at: now)
        cache.keep(entry, as: fingerprint ?? TokenFingerprint(text))
        guard try isCurrent(entry, at: now) else { return try await introspected(text, at: now) }
        return token
    }

    /// Whether the token has not ended before its time, as far as is known here; `false` if its issuer is to be asked.
    private func isCurrent(_ entry: VerifiedTokenCache.Entry, at now: NumericDate) throws(AccessRefusal) -> Bool {
        guard let lookup = entry.lookup else { return true }
        switch lookup(now) {
        case .current, .stale(.acceptUntilExpiry): return true
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
            return false
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
