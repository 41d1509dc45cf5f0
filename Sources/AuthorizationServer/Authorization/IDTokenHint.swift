import JOSE
package import OAuth
import Storage

/// An ID token of this issuer that a client hands back (OpenID Core §3.1.2.1, OpenID RP-Initiated Logout §2).
///
/// Its signature and issuer are checked and its age is not: hints are old by nature, and prove nothing about who asks.
package struct IDTokenHint: Hashable, Sendable {
    /// As the client knows the person.
    package let subject: Subject
    package let client: ClientID
    /// As the client knows the session.
    package let session: SessionID?

    /// `nil` for anything that this issuer did not sign as an ID token, with a key that it still trusts.
    init?(_ text: String, issuer: Issuer, keys: KeyRing.Snapshot) {
        guard let jwt = try? UnverifiedJWT(text), let id = jwt.header.keyID, let key = keys.signingKey(id),
            key.record.distrustedAt == nil,
            let verified = try? jwt.verified(by: key.verificationKey, type: .exactly(IDTokenClaims.type)),
            verified.claims.string("iss") == issuer.rawValue,
            // A signed UserInfo answer has no `auth_time`, an access token another type.
            verified.claims.date("auth_time") != nil,
            let subject = verified.claims.string("sub").flatMap({ Subject($0) }),
            let client = verified.claims.string("aud").flatMap({ ClientID($0) })
        else { return nil }
        self.subject = subject
        self.client = client
        session = verified.claims.string("sid").flatMap { SessionID($0) }
    }
}

extension OpenIDProvider {
    /// Reads an `id_token_hint`.
    package func idTokenHint(_ text: String) -> IDTokenHint? {
        IDTokenHint(text, issuer: issuer, keys: keyRing.snapshot)
    }
}
