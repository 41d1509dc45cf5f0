package import JOSE
package import OAuth

/// Whose counter an epoch is.
package struct EpochKey: Hashable, Sendable {
    package enum Kind: String, CaseIterable, Hashable, Sendable { case subject, client, grant, resource }
    package let kind: Kind
    package let id: String

    package init(_ kind: Kind, _ id: String) {
        self.kind = kind
        self.id = id
    }
    package static func subject(_ id: Subject) -> EpochKey { EpochKey(.subject, id.rawValue) }
    package static func client(_ id: ClientID) -> EpochKey { EpochKey(.client, id.rawValue) }
    package static func grant(_ id: GrantID) -> EpochKey { EpochKey(.grant, id.rawValue) }
    package static func resource(_ id: ResourceIndicator) -> EpochKey { EpochKey(.resource, id.rawValue) }
}

/// What has ended before its time: single tokens, and everything older than a counter.
package protocol RevocationStore: Sendable {
    /// Ends one token. `true` if this call ended it. It is remembered until `expiry`, when the token dies by itself.
    func revoke(_ token: TokenID, until expiry: NumericDate, recording event: AuditEvent) async throws -> Bool
    /// Adds one to each counter (from 0) and returns what they now are.
    func advance(_ epochs: [EpochKey], recording event: AuditEvent) async throws -> [EpochKey: Int64]
    /// Every counter above 0.
    func epochs() async throws -> [EpochKey: Int64]
    /// Every token revoked and not yet expired at `now`.
    func revokedTokens(at now: NumericDate) async throws -> [TokenID: NumericDate]
}
