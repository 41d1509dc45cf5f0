package import JOSE
package import OAuth
package import Storage

/// Records for tests, complete and valid, each different from the others by its name only.
package enum Sample {
    /// 2027-01-15, a round number.
    package static let now = NumericDate(secondsSince1970: 1_800_000_000)

    package static func client(
        _ id: String = "svc", method: AuthenticationMethod = .clientSecretBasic, secrets: [StoredSecret] = []
    ) -> RegisteredClient {
        RegisteredClient(
            id: ClientID(unchecked: id), name: "Client \(id)",
            credentials: RegisteredCredentials(method: method, secrets: secrets), createdAt: now)
    }

    package static func resource(
        _ id: String = "api", identifier: String? = nil, scope: [String] = ["read", "write"],
        tokenFormat: AccessTokenFormat = .jwt
    ) -> ProtectedResource {
        ProtectedResource(
            id: ClientID(unchecked: id),
            identifier: ResourceIndicator(unchecked: identifier ?? "https://\(id).example"), name: "Resource \(id)",
            credentials: RegisteredCredentials(method: .clientSecretBasic), scope: Scope(unchecked: scope),
            tokenFormat: tokenFormat, createdAt: now)
    }

    package static func grant(
        _ id: String = "g1", client: String = "svc", resource: String = "https://api.example",
        scope: [String] = ["read"],
        at date: NumericDate = now
    ) -> Grant {
        Grant(
            id: GrantID(unchecked: id), client: ClientID(unchecked: client), subject: Subject(unchecked: client),
            resource: ResourceIndicator(unchecked: resource), scope: Scope(unchecked: scope), createdAt: date)
    }

    package static func secret(
        _ id: String = "s1", value: String = "tsc_sample", expiresAt: NumericDate? = nil
    ) -> StoredSecret {
        StoredSecret(id: id, hash: TokenHash(of: Secret(value)), createdAt: now, expiresAt: expiresAt)
    }

    package static func key(_ id: String = "k1", purpose: KeyRecord.Purpose = .sealing) -> KeyRecord {
        KeyRecord(
            id: KeyID(unchecked: id), purpose: purpose, publicKey: purpose == .sealing ? "" : #"{"kty":"EC"}"#,
            sealedKey: Array("sealed \(id)".utf8), announcedAt: now, activeFrom: now)
    }

    package static func event(
        _ action: String = "test.happened", target: String = "", at date: NumericDate = now
    ) -> AuditEvent {
        AuditEvent(at: date, action: action, actor: "uid:0", target: target, requestID: "r1", detail: "in a test")
    }
}
