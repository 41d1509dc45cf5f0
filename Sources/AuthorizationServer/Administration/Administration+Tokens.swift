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

/// How the tokens of a subject were ended.
package struct SubjectRevocation: Hashable, Sendable {
    /// Whom a `sub` names.
    package enum Kind: String, Hashable, Sendable {
        case person
        /// On its own behalf.
        case client
        /// Somebody, by the name that clients of one sector know them by; only the name itself leads to them.
        case pairwise
    }

    package let kind: Kind
    /// The counter of the name that was given.
    package let epoch: Int64
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
        var audience: [ResourceIndicator]?
        switch revoked {
        case .token(let token):
            do {
                let claims = try provider.reader.genuine(token)
                (id, expiry) = (claims.tokenID, claims.expiresAt)
                audience = claims.audience
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
        let ended = EndedToken(until: expiry + .seconds(ServerPolicy.revocationAllowance), audience: audience)
        let isEnded = try await store.revoke(
            id, ended,
            recording: event("token.revoked", on: "token:\(id)", by: administrator, at: now))
        provider.revocations.revoke(id, ended)
        return TokenRevocation(tokenID: id, expiresAt: expiry, isEnded: isEnded)
    }

    /// Ends every access token that speaks for the subject so far; those of a person whatever name of theirs they carry.
    package func revokeSubjectTokens(
        _ subject: Subject, by administrator: Administrator, at now: NumericDate
    ) async throws -> SubjectRevocation {
        try demand(.write, of: administrator, at: now)
        return try await changes.alone {
            let kind = try await kind(of: subject)
            let names = try await kind == .person ? names(of: subject) : [subject]
            let event = event(
                "subject.tokens_revoked", on: "subject:\(subject)", detail: kind.rawValue, by: administrator, at: now)
            let counters = try await store.advance(names.map(EpochKey.subject), recording: event)
            provider.revocations.apply(counters, at: now)
            return SubjectRevocation(kind: kind, epoch: counters[.subject(subject)] ?? 0)
        }
    }

    private func kind(of subject: Subject) async throws -> SubjectRevocation.Kind {
        if try await store.user(subject) != nil { return .person }
        if let id = ClientID(subject.rawValue), try await store.client(id) != nil { return .client }
        // Whose such a name is would take a look at everybody: it is taken as it is.
        if PairwiseSubjects.mayHaveMade(subject) { return .pairwise }
        throw AdministrationError.missing(
            "subject: it is neither a person nor a client, nor a name that a client with pairwise subjects is told")
    }

    /// The person's own name, and each that their clients are told instead (OpenID Core §8.1).
    private func names(of person: Subject) async throws -> [Subject] {
        var names: Set<Subject> = [person]
        for id in try await store.clients(givenBy: person) {
            guard let client = try await store.client(id) else { continue }
            names.insert(provider.pairwise.subject(person, for: client))
        }
        return names.sorted()
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
