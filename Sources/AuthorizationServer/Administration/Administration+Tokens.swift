package import JOSE
package import OAuth
import Storage

/// What the server knows of a token.
package struct TokenInspection: Sendable {
    /// Why it is not active; `nil` if it is.
    package let fault: TokenFault?
    /// What it looks like; `nil` if like nothing of ours.
    package let format: String?
    package let keyID: KeyID?
    /// Of a token that this server made.
    package let claims: AccessTokenClaims?
}

/// Which token is to end.
package enum RevokedToken: Sendable {
    case token(Secret)
    case identifier(TokenID, until: NumericDate)
}

/// How ending a token went.
package struct TokenRevocation: Hashable, Sendable {
    package let tokenID: TokenID
    package let expiresAt: NumericDate
    /// Whether it was alive until now.
    package let isEnded: Bool
}

extension Administration {
    package func inspect(
        _ token: Secret, by administrator: Administrator, at now: NumericDate
    ) throws(AdministrationError) -> TokenInspection {
        try demand(.read, of: administrator, at: now)
        let (format, keyID) = Self.shape(of: token)
        do {
            let claims = try provider.reader.read(token, at: now)
            return TokenInspection(fault: nil, format: format, keyID: keyID, claims: claims)
        } catch {
            return TokenInspection(fault: error.fault, format: format, keyID: keyID, claims: error.claims)
        }
    }

    /// Ends one token, given itself or by its identifier.
    package func revoke(
        _ revoked: RevokedToken, by administrator: Administrator, at now: NumericDate
    ) async throws -> TokenRevocation {
        try demand(.write, of: administrator, at: now)
        let id: TokenID
        let expiry: NumericDate
        switch revoked {
        case .token(let token):
            do {
                let claims = try provider.reader.genuine(token)
                (id, expiry) = (claims.tokenID, claims.expiresAt)
                guard now < expiry, provider.revocations.fault(in: claims) == nil else {
                    return TokenRevocation(tokenID: id, expiresAt: expiry, isEnded: false)
                }
            } catch {
                throw AdministrationError.invalid([
                    Problem("token", "is not a token that this server accepts as its own")
                ])
            }
        case .identifier(let identifier, let until):
            let latest = now + .seconds(ServerPolicy.longestAccessTokenLifetime + 300)
            guard now < until, until <= latest else {
                throw AdministrationError.invalid([
                    Problem("expires_at", "must be in the future and not beyond the longest life of a token")
                ])
            }
            // The word of an administrator on when a token dies is not proof: it stays ended as long as any could live.
            (id, expiry) = (identifier, latest)
        }
        let isEnded = try await store.revoke(
            id, until: expiry,
            recording: event("token.revoked", on: "token:\(id)", by: administrator, at: now))
        provider.revocations.revoke(id, until: expiry)
        return TokenRevocation(tokenID: id, expiresAt: expiry, isEnded: isEnded)
    }

    /// Ends every token that speaks for the subject so far; returns the new counter.
    package func revokeSubjectTokens(
        _ subject: Subject, by administrator: Administrator, at now: NumericDate
    ) async throws -> Int64 {
        try demand(.write, of: administrator, at: now)
        return try await changes.alone {
            try await advance(
                .subject(subject),
                recording: event("subject.tokens_revoked", on: "subject:\(subject)", by: administrator, at: now))
        }
    }

    private static func shape(of token: Secret) -> (format: String?, keyID: KeyID?) {
        let text = token.revealedValue
        if text.hasPrefix(SealingKey.prefix) {
            return (AccessTokenFormat.opaque.rawValue, SealingKey.SealedToken(text)?.key)
        }
        guard let jwt = try? UnverifiedJWT(text) else { return (nil, nil) }
        return (AccessTokenFormat.jwt.rawValue, jwt.header.keyID.flatMap { KeyID($0) })
    }
}
