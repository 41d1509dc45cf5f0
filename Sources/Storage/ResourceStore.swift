package import JOSE
package import OAuth

/// How access tokens for a resource look.
package enum AccessTokenFormat: String, CaseIterable, Hashable, Sendable {
    /// RFC 9068
    case jwt
    /// Sealed; only introspection reads it.
    case opaque
}

/// An API that accepts our tokens, with credentials of its own (RFC 8707, RFC 7662 §2.1).
package struct ProtectedResource: Hashable, Sendable {
    /// The `client_id` with which it authenticates; unique among clients and resources.
    package let id: ClientID
    /// What clients ask for and what stands in `aud`.
    package let identifier: ResourceIndicator
    package var name: String
    package var isEnabled: Bool
    package var credentials: RegisteredCredentials
    package var scope: Scope
    /// Of some of its scopes, for people who are asked for them.
    package var scopeDescriptions: [String: ScopeDescription]
    package var tokenFormat: AccessTokenFormat
    /// Seconds.
    package var accessTokenLifetime: Int64
    package var signingAlgorithm: Algorithm
    /// What its tokens are signed with until a key of that may sign; `nil` where nothing was before.
    package var formerSigningAlgorithm: Algorithm?
    package let createdAt: NumericDate
    package var updatedAt: NumericDate
    package var version: Int64

    package init(
        id: ClientID, identifier: ResourceIndicator, name: String, isEnabled: Bool = true,
        credentials: RegisteredCredentials, scope: Scope, scopeDescriptions: [String: ScopeDescription] = [:],
        tokenFormat: AccessTokenFormat = .jwt,
        accessTokenLifetime: Int64 = 300, signingAlgorithm: Algorithm = .ES256, createdAt: NumericDate,
        updatedAt: NumericDate? = nil, version: Int64 = 1
    ) {
        self.id = id
        self.identifier = identifier
        self.name = name
        self.isEnabled = isEnabled
        self.credentials = credentials
        self.scope = scope
        self.scopeDescriptions = scopeDescriptions
        self.tokenFormat = tokenFormat
        self.accessTokenLifetime = accessTokenLifetime
        self.signingAlgorithm = signingAlgorithm
        self.createdAt = createdAt
        self.updatedAt = updatedAt ?? createdAt
        self.version = version
    }
}

/// Protected resources; the same promises as ``ClientStore``.
package protocol ResourceStore: Sendable {
    /// `.exists` if the `client_id` is taken by a client, a resource or a person, or the identifier by a resource.
    func insert(_ resource: ProtectedResource, recording event: AuditEvent) async throws -> Insertion
    func resource(_ id: ClientID) async throws -> ProtectedResource?
    func resource(identifiedBy identifier: ResourceIndicator) async throws -> ProtectedResource?
    func resources(after id: ClientID?, limit: Int) async throws -> [ProtectedResource]
    func update(
        _ resource: ProtectedResource, advancing epochs: [EpochKey], recording event: AuditEvent
    ) async throws -> Change
    /// Removes the resource and ends the grants at it and all that people gave there, with that part of their consents;
    /// the epochs stay.
    func deleteResource(
        _ id: ClientID, advancing epochs: [EpochKey], recording event: AuditEvent
    ) async throws -> ClientEnding
}
