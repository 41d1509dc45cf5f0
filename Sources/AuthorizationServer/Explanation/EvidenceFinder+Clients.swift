import JOSE
import OAuth
import Storage

extension EvidenceFinder {
    /// `nil` if it is not about who asks.
    func clientEvidence(
        _ rejection: Rejection, _ credentials: ClientCredentials?, at now: NumericDate
    ) async -> Evidence? {
        switch rejection {
        case .throttled(_, let wait), .revokesTooOften(_, let wait), .tooManyReaders(_, let wait):
            return Evidence("too many attempts", expected: "the same after \(wait) s")
        case .snapshotTooLarge(_, let bytes):
            return Evidence("\(bytes) bytes", expected: "at most \(policy.feed.snapshotBytes) bytes")
        case .clientDisabled(let id): return Evidence("\(id) is disabled")
        case .notAClient(let id): return Evidence("\(id) is a protected resource")
        case .notAResource(let id): return Evidence("\(id) is a client")
        case .publicCaller(let id): return Evidence("\(id) proves nothing")
        default: break
        }
        guard let credentials else { return nil }
        let id = credentials.clientID
        let registered = (try? await registry.owner(id))?.credentials
        switch (rejection, credentials.proof) {
        case (.clientUnknown, _): return Evidence("client_id \(id)")
        case (.clientMethodWrong, _):
            return Evidence(
                "\(credentials.method.rawValue)", expected: registered?.method.rawValue ?? "the registered method")
        case (.clientSecretWrong, .basic(let secret)), (.clientSecretWrong, .post(let secret)):
            return secretEvidence(secret, registered, at: now)
        case (_, .assertion(let assertion)):
            return keyEvidence(rejection, assertion, registered) ?? claimEvidence(rejection, assertion, id, at: now)
        default: return nil
        }
    }

    private func secretEvidence(
        _ secret: Secret, _ registered: RegisteredCredentials?, at now: NumericDate
    ) -> Evidence {
        let secrets = registered?.secrets ?? []
        let hash = TokenHash(of: secret)
        if let old = secrets.first(where: { $0.hash == hash }), let end = old.expiresAt {
            return Evidence(secret, expected: "not secret \(old.id), which expired at \(time(end, from: now))")
        }
        let live = secrets.filter { $0.isLive(at: now) }.map(\.id)
        return Evidence(
            secret,
            expected: live.isEmpty
                ? "nothing: the client has no live secret" : "secret \(live.joined(separator: " or secret "))")
    }

    private func keyEvidence(
        _ rejection: Rejection, _ assertion: UnverifiedJWT, _ registered: RegisteredCredentials?
    ) -> Evidence? {
        let header = assertion.header
        let found = "kid \(header.keyID ?? "(none)"), alg \(header.algorithm), typ \(header.type ?? "(none)")"
        switch rejection {
        case .assertionKeysUnavailable:
            return Evidence(registered?.keySetURL ?? "no jwks_uri")
        case .assertionKeyUnknown:
            let known = registered?.keySet.map { $0.keys.map { $0.keyID ?? "(none)" }.joined(separator: ", ") }
            return Evidence(found, expected: "kid " + (known ?? "of a key at \(registered?.keySetURL ?? "jwks_uri")"))
        case .assertionSignatureWrong:
            return Evidence(found, expected: registered?.assertionAlgorithm.map { "alg \($0.rawValue)" } ?? "")
        default: return nil
        }
    }

    /// The signature held when claims were judged, so that they are the client's own words.
    private func claimEvidence(
        _ rejection: Rejection, _ assertion: UnverifiedJWT, _ client: ClientID, at now: NumericDate
    ) -> Evidence? {
        guard let claims = assertion.unprovenClaims else { return nil }
        let name: String
        switch rejection {
        case .assertionClaimsWrong(_, let claim): name = claim
        case .assertionReplayed: return Evidence("a jti of \(claims.string("jti")?.utf8.count ?? 0) bytes, seen before")
        default: return nil
        }
        let skew = policy.clockSkew
        let date = claims.date(name).map { time($0, from: now) }
        let found = "\(name) \(date ?? Self.text(claims[name]))"
        return switch name {
        case "iss", "sub": Evidence(found, expected: "\(name) \(client)")
        case "aud": Evidence(found, expected: "aud \(issuer.rawValue)")
        case "exp":
            Evidence(
                found, expected: "exp within \(policy.maximumAssertionLifetime) s from now, \(skew) s more or less")
        case "nbf", "iat": Evidence(found, expected: "\(name) not more than \(skew) s ahead")
        default: Evidence("jti of \(claims.string("jti")?.utf8.count ?? 0) bytes", expected: "1 to 255 bytes")
        }
    }

    /// A claim as it stands there.
    static func text(_ value: JSONValue?) -> String {
        switch value {
        case nil: "(none)"
        case .string(let text): text
        case .array(let values):
            "[" + values.prefix(8).map { text($0.string.map(JSONValue.string)) }.joined(separator: ", ") + "]"
        case .some(let value): value.integer.map(String.init) ?? "(of another type)"
        }
    }
}
