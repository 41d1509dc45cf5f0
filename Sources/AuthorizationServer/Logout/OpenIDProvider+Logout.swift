package import JOSE
package import OAuth
package import Storage

/// What the browser is to see next when a client wants the person signed out.
package enum LogoutStep: Sendable {
    /// The person has to say so themselves: anybody can send a browser here.
    case confirm(LogoutPrompt)
    /// Nobody is signed in (any more). Where to go next, if the client registered it; else the page that says so.
    case done(RedirectURI?)
}

/// What the page that asks shows.
package struct LogoutPrompt: Hashable, Sendable {
    package let person: User
    /// Who asks, by its registered name; `nil` if nobody says so.
    package let client: String?
    /// Where the person goes afterwards; only what the client registered.
    package let address: RedirectURI?
}

extension OpenIDProvider {
    /// Judges a logout request (OpenID RP-Initiated Logout §2): a hint of this very session, an ID token or the session's
    /// name as `logout_hint`, signs out at once,
    /// everything else only after the person `isConfirmed` on a page of ours; also a request to go where the client did
    /// not register, as something is wrong with it (§4).
    package func endSession(
        _ request: LogoutRequest, isConfirmed: Bool, browser: Browser, at now: NumericDate
    ) async throws -> LogoutStep {
        let hint = request.idTokenHint.flatMap { logoutHint($0) }
        let client = try await client(of: request, hint)
        let address = client.flatMap { Self.address(request, of: $0) }
        let isSound = client != nil && (request.postLogoutRedirectURI == nil || address != nil)
        let person = try await session(of: browser, at: now)
        let isOfThisSession = person.map { isHint(hint, of: $0.session) || names($0.session, request, client) } ?? false
        if let person, !isConfirmed, !isOfThisSession || !isSound {
            return .confirm(LogoutPrompt(person: person.user, client: client?.name, address: address))
        }
        try await signOut(browser, at: now)
        // Without a hint, only what the person has just seen and confirmed leads to the client.
        guard hint != nil || isOfThisSession || isConfirmed else { return .done(nil) }
        return .done(address)
    }

    /// Whether an ID token of this very session comes back, under the name that its client knows the session by.
    private func isHint(_ hint: LogoutHint?, of session: Session) -> Bool {
        hint.map { $0.session == pairwise.session(session.id, for: $0.client) } ?? false
    }

    /// Whether the hint is this very session's `sid` for the client that asks, which nobody can guess: so an application can
    /// sign people out without an ID token in an address. Nothing beside an ID token, which says more.
    private func names(_ session: Session, _ request: LogoutRequest, _ client: RegisteredClient?) -> Bool {
        guard request.idTokenHint == nil, let client, let hint = request.logoutHint else { return false }
        return pairwise.session(session.id, for: client.id).rawValue == hint
    }

    /// The client that asks: the one the hint was made for, which must be the one that `client_id` names, if it does
    /// (§2).
    private func client(of request: LogoutRequest, _ hint: LogoutHint?) async throws -> RegisteredClient? {
        if let hint, let named = request.clientID, named != hint.client { return nil }
        guard let id = hint?.client ?? request.clientID, let client = try await store.client(id), client.isEnabled
        else { return nil }
        return client
    }

    /// Registered addresses only, byte for byte (§3).
    private static func address(_ request: LogoutRequest, of client: RegisteredClient) -> RedirectURI? {
        guard let text = request.postLogoutRedirectURI, let party = client.relyingParty else { return nil }
        return RedirectURI.match(
            text, registered: party.postLogoutRedirectURIs,
            allowingLoopbackPorts: party.applicationType == .native)
    }

    /// An ID token of this issuer, expired or not; `nil` if it is anything else.
    private func logoutHint(_ text: String) -> LogoutHint? {
        guard let jwt = try? UnverifiedJWT(text), let id = jwt.header.keyID,
            let key = keyRing.snapshot.signingKey(id), key.record.distrustedAt == nil,
            let verified = try? jwt.verified(by: key.verificationKey, type: .exactly(IDTokenClaims.type)),
            verified.claims.string("iss") == issuer.rawValue, verified.claims.date("exp") != nil,
            let session = verified.claims.string("sid"),
            let client = verified.claims.string("aud") ?? verified.claims.strings("aud")?.first
        else { return nil }
        return LogoutHint(session: SessionID(unchecked: session), client: ClientID(unchecked: client))
    }
}

/// What an ID token that comes back says.
private struct LogoutHint {
    let session: SessionID
    let client: ClientID
}
