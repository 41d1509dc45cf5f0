package import JOSE
package import OAuth
import Storage

/// Reads access tokens of this issuer, of either kind: the one place that says whether a token is alive.
package struct AccessTokenReader: Sendable {
    let issuer: Issuer
    let keys: KeyRing.Snapshot
    let revocations: RevocationList
    let clockSkew: Int64

    /// The claims of a token that is genuine, alive and not revoked.
    package func read(_ token: Secret, at now: NumericDate) throws(TokenFaultError) -> AccessTokenClaims {
        let claims = try genuine(token)
        try judge(claims, at: now)
        return claims
    }

    /// Whether a token that is genuine is alive and not revoked.
    func judge(_ claims: AccessTokenClaims, at now: NumericDate) throws(TokenFaultError) {
        guard now < claims.expiresAt else { throw TokenFaultError(.expired, claims) }
        let latest = now + .seconds(clockSkew)
        guard claims.issuedAt <= latest else { throw TokenFaultError(.issuedInFuture, claims) }
        if let start = claims.notBefore, start > latest { throw TokenFaultError(.notYetValid, claims) }
        if let fault = revocations.fault(in: claims) { throw TokenFaultError(fault, claims) }
    }

    /// The claims of a token that this issuer made, alive or not.
    package func genuine(_ token: Secret) throws(TokenFaultError) -> AccessTokenClaims {
        let text = token.revealedValue
        let claims = text.hasPrefix(SealingKey.prefix) ? try opened(text) : try verified(text)
        guard claims.issuer == issuer.rawValue else { throw TokenFaultError(.issuerWrong, nil) }
        return claims
    }

    private func opened(_ text: String) throws(TokenFaultError) -> AccessTokenClaims {
        guard let sealed = SealingKey.SealedToken(text) else { throw TokenFaultError(.malformed, nil) }
        guard let key = keys.sealingKey(sealed.key) else { throw TokenFaultError(.keyUnknown, nil) }
        guard key.record.distrustedAt == nil else { throw TokenFaultError(.keyDistrusted, nil) }
        guard let plain = key.open(sealed) else { throw TokenFaultError(.signatureWrong, nil) }
        guard let json = try? JSONObject(parsing: plain), let claims = AccessTokenClaims(json),
            claims.tokenID == SealingKey.tokenID(Array(sealed.tokenID))
        else { throw TokenFaultError(.malformed, nil) }
        return claims
    }

    /// A token of ours nearly always begins with the very header that a key of ours writes.
    private func takenApart(_ text: String) throws(TokenFaultError) -> (UnverifiedJWT, IssuerSigningKey) {
        do {
            for key in keys.signing {
                if let jwt = try key.accessTokenSigner.recognise(text) { return (jwt, key) }
            }
            let jwt = try UnverifiedJWT(text)
            guard let id = jwt.header.keyID, let key = keys.signingKey(id) else {
                throw TokenFaultError(.keyUnknown, nil)
            }
            return (jwt, key)
        } catch let fault as TokenFaultError {
            throw fault
        } catch {
            throw TokenFaultError(.malformed, nil)
        }
    }

    private func verified(_ text: String) throws(TokenFaultError) -> AccessTokenClaims {
        let (jwt, key) = try takenApart(text)
        guard key.record.distrustedAt == nil else { throw TokenFaultError(.keyDistrusted, nil) }
        guard let verified = try? jwt.verified(by: key.verificationKey, type: .exactly("at+jwt")) else {
            throw TokenFaultError(.signatureWrong, nil)
        }
        guard let claims = AccessTokenClaims(verified.claims) else { throw TokenFaultError(.malformed, nil) }
        return claims
    }
}

/// Why a token is not accepted, and what it says if it is genuine all the same.
package struct TokenFaultError: Error, Hashable, Sendable {
    package let fault: TokenFault
    package let claims: AccessTokenClaims?

    init(_ fault: TokenFault, _ claims: AccessTokenClaims?) {
        self.fault = fault
        self.claims = claims
    }
}
