import AuthorizationServer
import JOSE
import OAuth
import Storage

/// How the things of the engine look in JSON. What is not written here is not shown: no hash, no private or sealed key.
enum Representation {
    /// An object whose members `body` writes.
    static func object(_ body: (inout JSONWriter) -> Void) -> [UInt8] {
        var writer = JSONWriter(capacity: 1024)
        writer.beginObject()
        body(&writer)
        writer.endObject()
        return writer.bytes
    }

    static func array<Element>(
        _ elements: [Element], to writer: inout JSONWriter, _ members: (Element, inout JSONWriter) -> Void
    ) {
        writer.beginArray()
        for element in elements {
            writer.beginObject()
            members(element, &writer)
            writer.endObject()
        }
        writer.endArray()
    }

    static func client(_ client: RegisteredClient, _ writer: inout JSONWriter) {
        writer.member("id", client.id.rawValue)
        writer.member("name", client.name)
        writer.member("enabled", client.isEnabled)
        credentials(client.credentials, &writer)
        writer.member("grant_types", client.grantTypes.map(\.rawValue))
        writer.member("allowed_origins", client.allowedOrigins)
        writer.member("self_registered", client.relyingParty?.isSelfRegistered ?? false)
        if let party = client.relyingParty {
            writer.member("relying_party") { writer in
                writer.beginObject()
                relyingParty(party, &writer)
                writer.endObject()
            }
        }
        writer.member("created_at", client.createdAt)
        writer.member("updated_at", client.updatedAt)
        writer.member("version", client.version)
    }

    static func resource(_ resource: ProtectedResource, isBuiltIn: Bool, _ writer: inout JSONWriter) {
        writer.member("id", resource.id.rawValue)
        writer.member("identifier", resource.identifier.rawValue)
        writer.member("name", resource.name)
        writer.member("enabled", resource.isEnabled)
        credentials(resource.credentials, &writer)
        writer.member("scope", resource.scope.description)
        writer.member("scope_descriptions", resource.scopeDescriptions.json)
        writer.member("token_format", resource.tokenFormat.rawValue)
        writer.member("access_token_lifetime", resource.accessTokenLifetime)
        writer.member("signing_algorithm", resource.signingAlgorithm.rawValue)
        writer.member("built_in", isBuiltIn)
        writer.member("created_at", resource.createdAt)
        writer.member("updated_at", resource.updatedAt)
        writer.member("version", resource.version)
    }

    private static func credentials(_ credentials: RegisteredCredentials, _ writer: inout JSONWriter) {
        writer.member("authentication_method", credentials.method.rawValue)
        if let keySet = credentials.keySet { writer.member("jwks", keySet.publicJSON) }
        writer.member("jwks_uri", credentials.keySetURL)
        writer.member("assertion_algorithm", credentials.assertionAlgorithm?.rawValue)
        writer.member("secrets") { writer in
            array(credentials.secrets, to: &writer) { secret, writer in
                writer.member("id", secret.id)
                writer.member("created_at", secret.createdAt)
                if let end = secret.expiresAt { writer.member("expires_at", end) }
            }
        }
    }

    static func newSecret(_ new: NewSecret) -> [UInt8] {
        object { writer in
            writer.member("id", new.stored.id)
            writer.member("client_secret", new.secret.revealedValue)
            writer.member("created_at", new.stored.createdAt)
        }
    }

    static func grant(_ grant: Grant, _ writer: inout JSONWriter) {
        writer.member("id", grant.id.rawValue)
        writer.member("client", grant.client.rawValue)
        writer.member("subject", grant.subject.rawValue)
        writer.member("resource", grant.resource.rawValue)
        writer.member("scope", grant.scope.description)
        writer.member("created_at", grant.createdAt)
        writer.member("updated_at", grant.updatedAt)
    }

    static func key(_ key: KeyRecord, at now: NumericDate, _ writer: inout JSONWriter) {
        writer.member("kid", key.id.rawValue)
        writer.member("purpose", key.purpose.rawValue)
        writer.member("state", key.stage(at: now))
        if let jwk = try? JSONWebKey(parsing: Array(key.publicKey.utf8)) {
            writer.member("public_key", jwk.publicKey.json)
        }
        writer.member("announced_at", key.announcedAt)
        writer.member("active_from", key.activeFrom)
        if let date = key.retiredAt { writer.member("retired_at", date) }
        if let date = key.removedAt { writer.member("removed_at", date) }
        if let date = key.distrustedAt { writer.member("distrusted_at", date) }
    }

    static func keys(_ keys: [KeyRecord], at now: NumericDate, _ writer: inout JSONWriter) {
        writer.member("keys") { writer in array(keys, to: &writer) { key($0, at: now, &$1) } }
    }

    static func epoch(_ kind: String, _ id: String, _ epoch: Int64) -> [UInt8] {
        object { writer in
            writer.member("kind", kind)
            writer.member("id", id)
            writer.member("epoch", epoch)
        }
    }

    static func inspection(_ inspection: TokenInspection) -> [UInt8] {
        object { writer in
            writer.member("active", inspection.fault == nil)
            writer.member("reason", inspection.fault?.rawValue)
            writer.member("format", inspection.format ?? "unknown")
            writer.member("kid", inspection.keyID?.rawValue)
            guard let claims = inspection.claims else { return }
            writer.member("claims") { writer in
                writer.beginObject()
                writer.member("jti", claims.tokenID.rawValue)
                writer.member("sub", claims.subject.rawValue)
                writer.member("client_id", claims.clientID.rawValue)
                writer.member("aud", claims.audience.map(\.rawValue))
                writer.member("scope", claims.scope.description)
                writer.member("iat", claims.issuedAt)
                writer.member("exp", claims.expiresAt)
                writer.member("grant", claims.grant.rawValue)
                writer.endObject()
            }
        }
    }

    static func event(_ event: AuditEvent, _ writer: inout JSONWriter) {
        writer.member("id", event.id)
        writer.member("at", event.at)
        writer.member("action", event.action)
        writer.member("outcome", event.outcome.rawValue)
        writer.member("actor", event.actor)
        writer.member("target", event.target)
        writer.member("address", event.address)
        writer.member("request_id", event.requestID)
        writer.member("detail", event.detail)
        writer.member("count", event.count)
        writer.member("last_at", event.lastAt)
        if !event.decision.isEmpty { writer.member("decision", event.decision) }
    }

    static func usage(_ key: UsageKey, _ count: Int64, _ writer: inout JSONWriter) {
        writer.member("client", key.client)
        writer.member("resource", key.resource)
        writer.member("minute", key.minute.multipliedReportingOverflow(by: 60).partialValue)
        writer.member("kind", key.kind.rawValue)
        writer.member("count", count)
    }
}
