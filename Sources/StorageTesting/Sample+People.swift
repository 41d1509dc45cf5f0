package import JOSE
package import OAuth
package import Storage

extension Sample {
    /// A hash that is told from others by its name only.
    package static func hash(_ name: String) -> TokenHash { TokenHash(of: Secret(name)) }

    package static func user(_ id: String = "u1", username: String? = nil, email: String? = nil) -> User {
        User(
            id: Subject(unchecked: id), username: LoginName(canonical: username ?? "name-\(id)"),
            email: LoginName(canonical: email ?? "\(id)@example.com"), createdAt: now)
    }

    package static func password(_ encoded: String = "$argon2id$sample") -> StoredPassword {
        StoredPassword(encoded: encoded, changedAt: now)
    }

    /// A client that signs people in.
    package static func application(_ id: String = "app", backchannelLogoutURI: String? = nil) -> RegisteredClient {
        var client = Sample.client(id)
        client.relyingParty = RelyingParty(
            redirectURIs: ["https://\(id).example/callback"], backchannelLogoutURI: backchannelLogoutURI)
        return client
    }

    package static func session(
        _ id: String = "s1", of user: String = "u1", at date: NumericDate = now, lasting seconds: Int64 = 600_000
    ) -> Session {
        Session(
            id: SessionID(unchecked: id), hash: hash("session \(id)"), subject: Subject(unchecked: user),
            authenticatedAt: date, methods: ["pwd"], createdAt: date, expiresAt: date + .seconds(seconds),
            address: "192.0.2.7", userAgent: "Sample/1")
    }

    package static func authorization(
        _ id: String = "a1", client: String = "app", of user: String = "u1", in session: String = "s1",
        isOffline: Bool = false,
        resourceScopes: [ResourceIndicator: Scope] = [
            ResourceIndicator(unchecked: "https://api.example"): Scope(unchecked: ["read", "write"])
        ], claimsRequest: String? = nil, at date: NumericDate = now, authenticatedAt: NumericDate? = nil
    ) -> Authorization {
        Authorization(
            id: GrantID(unchecked: id), client: ClientID(unchecked: client), subject: Subject(unchecked: user),
            session: SessionID(unchecked: session), identityScope: Scope(unchecked: ["openid", "email"]),
            resourceScopes: resourceScopes, isOffline: isOffline, authenticatedAt: authenticatedAt ?? date,
            methods: ["pwd"], acr: nil,
            nonce: nil, claimsRequest: claimsRequest,
            createdAt: date, expiresAt: date + .seconds(500_000))
    }

    package static func code(
        _ name: String = "c1", of grant: String = "a1", at date: NumericDate = now
    )
        -> AuthorizationCode
    {
        AuthorizationCode(
            hash: hash("code \(name)"), grant: GrantID(unchecked: grant), redirectURI: "https://app.example/callback",
            challenge: "challenge", expiresAt: date + .seconds(60))
    }

    package static func family(of grant: String = "a1", at date: NumericDate = now) -> RefreshFamily {
        RefreshFamily(
            grant: GrantID(unchecked: grant), sealedKey: Array("sealed \(grant)".utf8), createdAt: date,
            idleLifetime: 100_000, expiresAt: date + .seconds(400_000))
    }

    package static func consent(of user: String = "u1", to client: String = "app") -> Consent {
        Consent(
            subject: Subject(unchecked: user), client: ClientID(unchecked: client),
            identityScope: Scope(unchecked: ["openid"]),
            resourceScopes: [ResourceIndicator(unchecked: "https://api.example"): Scope(unchecked: ["read"])],
            givenAt: now)
    }

    /// To which ``consent(of:to:)`` is the answer of a person who agrees to everything.
    package static func question(to client: String = "app") -> ConsentQuestion {
        let all = consent(to: client)
        return ConsentQuestion(
            client: all.client, identityScope: all.identityScope, resourceScopes: all.resourceScopes)
    }

    package static func pending(_ name: String = "p1", client: String = "app") -> PendingAuthorization {
        PendingAuthorization(
            hash: hash("pending \(name)"), origin: .browser, browser: hash("browser"),
            client: ClientID(unchecked: client), parameters: Array("client_id=\(client)".utf8), createdAt: now,
            expiresAt: now + .seconds(1800))
    }

    package static func link(
        _ name: String = "l1", purpose: MailLink.Purpose = .resetPassword, of user: String = "u1",
        at date: NumericDate = now, isMailed: Bool = true
    ) -> MailLink {
        MailLink(
            hash: hash("link \(name)"), purpose: purpose, subject: Subject(unchecked: user),
            email: LoginName(canonical: "\(user)@example.com"), createdAt: date, expiresAt: date + .seconds(900),
            isMailed: isMailed)
    }

    package static func mail(_ id: String = "m1", at date: NumericDate = now) -> MailItem {
        MailItem(
            id: id, sealed: Array("sealed \(id)".utf8), nextAttemptAt: date, expiresAt: date + .seconds(86_400))
    }

    package static func effects(_ action: String = "test.happened", mails: [MailItem] = []) -> Effects {
        Effects([event(action)], mails: mails)
    }
}
