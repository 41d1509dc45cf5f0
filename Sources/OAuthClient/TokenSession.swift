public import JOSE
public import OAuth

/// The tokens of one person at one application: hands out access tokens and refreshes them, once for all who wait.
public actor TokenSession {
    public private(set) var idToken: IDToken
    private var tokens: TokenSet?
    private let resource: ResourceIndicator?
    private let endpoint: TokenEndpointClient
    private let checker: IDTokenChecker
    private var refreshing: Task<Void, any Error>?
    private var lastAttempt: (at: NumericDate, failed: Bool)?

    /// A token this close to its end is replaced before it is used; one that lives less than twice as long, in its second
    /// half.
    public static let margin: Duration = .seconds(30)
    /// A provider in trouble must not make a loop: three attempts a minute at most, unless the tokens that it gives do not
    /// live as long.
    public static let minimumInterval: Duration = .seconds(20)

    init(_ signedIn: SignedIn, endpoint: TokenEndpointClient, checker: IDTokenChecker) {
        idToken = signedIn.idToken
        tokens = signedIn.tokens
        resource = signedIn.resource
        self.endpoint = endpoint
        self.checker = checker
    }

    /// A token that is good for now. `.ended`: the person must sign in again.
    public func accessToken(at now: NumericDate) async throws -> Secret {
        guard let current = tokens else { throw OAuthClientError.ended }
        guard let expiry = current.expiresAt, now + current.margin >= expiry else { return current.accessToken }
        guard mayRefresh(current, at: now) else {
            guard now >= expiry else { return current.accessToken }
            guard current.refreshToken != nil else { throw OAuthClientError.ended }
            throw OAuthClientError.unavailable("the token could not be refreshed a moment ago")
        }
        do {
            try await refresh(at: now)
        } catch {
            // Until it has really expired, a provider that cannot be reached is no reason to stop.
            guard tokens != nil, now < expiry else { throw error }
        }
        guard let tokens else { throw OAuthClientError.ended }
        return tokens.accessToken
    }

    /// Asks for new tokens now; callers that come while another one waits wait for the same answer.
    public func refresh(at now: NumericDate) async throws {
        if let refreshing { return try await refreshing.value }
        guard let token = tokens?.refreshToken else { throw OAuthClientError.ended }
        let task = Task { try await self.exchange(token, at: now) }
        refreshing = task
        defer { refreshing = nil }
        lastAttempt = (now, true)
        try await task.value
        lastAttempt = (now, false)
    }

    private func exchange(_ token: Secret, at now: NumericDate) async throws {
        var fresh = try await asked(token, at: now)
        if let text = fresh.idToken { idToken = try await checked(text, with: fresh, at: now) }
        // Signed out meanwhile: what arrives late is not kept.
        guard tokens != nil else { throw OAuthClientError.ended }
        fresh.refreshToken = fresh.refreshToken ?? token
        tokens = fresh
    }

    private func asked(_ token: Secret, at now: NumericDate) async throws(OAuthClientError) -> TokenSet {
        do {
            return try await endpoint.refresh(token, resource: resource, at: now)
        } catch {
            guard case .refused(let code, _) = error, code == "invalid_grant" else { throw error }
            tokens = nil
            throw .ended
        }
    }

    /// Tokens of somebody else must not be used, not even once.
    private func checked(
        _ text: String, with fresh: TokenSet, at now: NumericDate
    ) async throws(OAuthClientError) -> IDToken {
        let expected = IDTokenExpectation(accessToken: fresh.accessToken, previous: idToken)
        do {
            return try await checker.check(text, expected, at: now)
        } catch {
            tokens = nil
            throw error
        }
    }

    private func mayRefresh(_ current: TokenSet, at now: NumericDate) -> Bool {
        guard current.refreshToken != nil else { return false }
        guard refreshing == nil, let lastAttempt, lastAttempt.at <= now else { return true }
        return now >= lastAttempt.at + (lastAttempt.failed ? Self.minimumInterval : current.interval)
    }

    /// Forgets every token at once, and returns what is left to revoke with ``revoke(_:at:)``, now or later.
    public func forget() -> Secret? {
        defer { tokens = nil }
        return tokens?.refreshToken ?? tokens?.accessToken
    }

    /// Tells the provider that a token is no longer needed (RFC 7009).
    public nonisolated func revoke(_ token: Secret, at now: NumericDate) async throws {
        _ = try await endpoint.revoke(token, at: now)
    }
}

extension TokenSet {
    /// How long before its end an access token is replaced.
    fileprivate var margin: Duration {
        lifetime.map { min(TokenSession.margin, .seconds($0) / 2) } ?? TokenSession.margin
    }

    /// How long after it came a token may be replaced.
    fileprivate var interval: Duration {
        guard let lifetime, lifetime >= 5 else { return TokenSession.minimumInterval }
        return min(TokenSession.minimumInterval, .seconds(lifetime) / 2)
    }
}
