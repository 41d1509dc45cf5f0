package import JOSE
package import OAuth

/// A permission from which tokens hang: here the standing one of a client at a resource.
package struct Grant: Hashable, Sendable {
    package let id: GrantID
    package let client: ClientID
    package let subject: Subject
    package let resource: ResourceIndicator
    package var scope: Scope
    package let createdAt: NumericDate
    package var updatedAt: NumericDate

    package init(
        id: GrantID, client: ClientID, subject: Subject, resource: ResourceIndicator, scope: Scope,
        createdAt: NumericDate, updatedAt: NumericDate? = nil
    ) {
        self.id = id
        self.client = client
        self.subject = subject
        self.resource = resource
        self.scope = scope
        self.createdAt = createdAt
        self.updatedAt = updatedAt ?? createdAt
    }
}

/// Why a grant ended; the first reason stays.
package enum RevocationReason: String, CaseIterable, Hashable, Sendable {
    case administrator, clientDeleted, resourceDeleted
}

/// Grants. A client has at most one live standing grant at a resource.
package protocol GrantStore: Sendable {
    /// Creates the standing grant, or replaces the scope of the live one of this client and resource (whose id and
    /// `createdAt` stay). `.missing` if the client or the resource does not exist. Returns the grant as stored.
    func permit(_ grant: Grant, advancing epochs: [EpochKey], recording event: AuditEvent) async throws -> Permission
    /// The live standing grant.
    func standingGrant(of client: ClientID, at resource: ResourceIndicator) async throws -> Grant?
    /// All live grants of a client, by resource.
    func grants(of client: ClientID) async throws -> [Grant]
    /// A live grant.
    func grant(_ id: GrantID) async throws -> Grant?
    /// Ends a grant. Twice is the same as once: `.missing` the second time, and the first reason stays.
    func revoke(
        _ grant: GrantID, because reason: RevocationReason, advancing epochs: [EpochKey], at now: NumericDate,
        recording event: AuditEvent
    ) async throws -> Change
    /// Why a grant ended; `nil` if it is live or unknown.
    func revocation(of grant: GrantID) async throws -> RevocationReason?
}

/// How giving a permission ended.
package enum Permission: Hashable, Sendable {
    case given(Grant, [EpochKey: Int64])
    case missing
}
