public import JOSE
public import OAuth

/// Signs people out: sends browsers to the provider, and believes the provider's own logout tokens.
public actor RelyingPartyLogout {
    private let provider: Provider
    private let client: RelyingPartyClient
    /// The tokens that were used, until they would be too old anyway.
    private var seen: [TokenID: NumericDate] = [:]

    /// A logout token is used at once or not at all (OpenID Back-Channel Logout §2.6).
    public static let maximumAge: Duration = .seconds(300)
    static let maximumSeen = 10_000

    public init(provider: Provider, client: RelyingPartyClient) {
        self.provider = provider
        self.client = client
    }

    /// Where to send the browser (OpenID RP-Initiated Logout §2); `nil` if the provider has no such endpoint.
    public func location(
        ending idToken: IDToken, returningTo address: String?, state: String?, at now: NumericDate
    ) async throws(OAuthClientError) -> String? {
        try await location(("id_token_hint", idToken.text), returningTo: address, state: state, at: now)
    }

    /// The same without a token in the address: by the session's name as `logout_hint`, which a provider may take for as much
    /// as an ID token, as Tessera does, or ask the person.
    public func location(
        ending session: SessionID?, returningTo address: String?, state: String?, at now: NumericDate
    ) async throws(OAuthClientError) -> String? {
        try await location(("logout_hint", session?.rawValue), returningTo: address, state: state, at: now)
    }

    private func location(
        _ hint: (name: String, value: String?), returningTo address: String?, state: String?, at now: NumericDate
    ) async throws(OAuthClientError) -> String? {
        guard let endpoint = try await provider.configuration(at: now).endSessionEndpoint else { return nil }
        var form = FormWriter()
        form.append(hint.name, hint.value)
        form.append("client_id", client.id.rawValue)
        form.append("post_logout_redirect_uri", address)
        form.append("state", state)
        return endpoint + (endpoint.utf8.contains(0x3F) ? "&" : "?") + form.text
    }

    /// Reads the body of a back-channel logout request (OpenID Back-Channel Logout §2.5, §2.6).
    public func notice(_ body: [UInt8], at now: NumericDate) async throws(OAuthClientError) -> LogoutNotice {
        guard body.count <= 32 * 1024, let form = try? FormParameters(body), let text = form["logout_token"] else {
            throw .token(.missing)
        }
        let checker = IDTokenChecker(provider: provider, client: client)
        // The type keeps ID tokens out, which a stranger may have seen.
        let claims = try await checker.verifiedClaims(text, type: .exactly(LogoutTokenClaims.type), at: now)
        guard claims["nonce"] == nil, claims.object("events")?.object(LogoutTokenClaims.event) != nil else {
            throw .token(.notALogoutToken)
        }
        let subject = claims.string("sub").flatMap { Subject($0) }
        let session = claims.string("sid").flatMap { SessionID($0) }
        guard subject != nil || session != nil, let id = claims.string("jti").flatMap({ TokenID($0) }) else {
            throw .token(.notALogoutToken)
        }
        guard let issued = claims.date("iat"), let expiry = claims.date("exp") else { throw .token(.malformed) }
        guard now < expiry + client.clockTolerance else { throw .token(.expired) }
        guard issued <= now + client.clockTolerance else { throw .token(.fromTheFuture) }
        guard now < issued + Self.maximumAge + client.clockTolerance else { throw .token(.tooOld) }
        try remember(id, until: issued + Self.maximumAge + client.clockTolerance, at: now)
        return LogoutNotice(subject: subject, session: session)
    }

    private func remember(_ id: TokenID, until end: NumericDate, at now: NumericDate) throws(OAuthClientError) {
        guard seen[id] == nil else { throw .token(.replayed) }
        if seen.count >= Self.maximumSeen { seen = seen.filter { now < $0.value } }
        // Refusing is safe: the provider tries again later.
        guard seen.count < Self.maximumSeen else { throw .unavailable("too many logout tokens at once") }
        seen[id] = end
    }
}

/// Whose sessions the application must end.
public struct LogoutNotice: Hashable, Sendable {
    public let subject: Subject?
    /// `nil`: all sessions of ``subject``.
    public let session: SessionID?
}
