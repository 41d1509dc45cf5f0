public import JOSE
public import OAuth

/// What a route demands of a token that is good: scopes, a name of this resource, and how the person signed in.
public struct AccessRule: Hashable, Sendable {
    /// All of these.
    public let scope: Scope
    /// The token must be for this resource, where one program serves several.
    public let audience: ResourceIndicator?
    /// One of these (RFC 9470 §4); empty for any.
    public let contextClasses: [String]
    /// The person signed in no longer ago than this.
    public let maxAge: Duration?

    /// Lets in every token that is good here.
    public static let anyToken = AccessRule()

    public init(
        scope: Scope = .empty, audience: ResourceIndicator? = nil, contextClasses: [String] = [],
        maxAge: Duration? = nil
    ) {
        self.scope = scope
        self.audience = audience
        self.contextClasses = contextClasses
        self.maxAge = maxAge
    }

    /// Throws what is missing. A scope that nobody will give is said before a sign-in that would not help.
    public func check(
        _ token: AccessToken, at now: NumericDate, clockTolerance: Duration = .zero
    ) throws(AccessRefusal) {
        if let audience, !token.audience.contains(audience) { throw .invalidToken(.wrongAudience) }
        guard scope.isSubset(of: token.scope) else { throw .insufficientScope(scope) }
        let isStrong = contextClasses.isEmpty || token.authentication?.acr.map(contextClasses.contains) == true
        guard isStrong, isRecent(token.authentication?.time, at: now, clockTolerance) else {
            throw .insufficientAuthentication(contextClasses: contextClasses, maxAge: maxAge)
        }
    }

    private func isRecent(_ time: NumericDate?, at now: NumericDate, _ tolerance: Duration) -> Bool {
        guard let maxAge else { return true }
        guard let time else { return false }
        return now <= time + maxAge + tolerance && time <= now + tolerance
    }
}
