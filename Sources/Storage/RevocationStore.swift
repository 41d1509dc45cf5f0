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

/// What everything older than a counter's value is ended by.
package struct EpochCounter: Hashable, Sendable {
    package var value: Int64
    /// When it was last advanced; `nil` if that was before this was written down.
    package var advancedAt: NumericDate?

    package init(value: Int64, advancedAt: NumericDate?) {
        self.value = value
        self.advancedAt = advancedAt
    }
}

/// A single token that was ended.
package struct EndedToken: Hashable, Sendable {
    /// Nobody needs to remember it from here on.
    package let until: NumericDate
    /// Whom the token was for; `nil` if whoever ended it did not know.
    package let audience: [ResourceIndicator]?

    package init(until: NumericDate, audience: [ResourceIndicator]?) {
        self.until = until
        self.audience = audience
    }
}

/// What has ended before its time: single tokens, and everything older than a counter.
package protocol RevocationStore: Sendable {
    /// Ends one token. `true` if this call ended it. It is remembered for as long as any call that named it asked for,
    /// with the audience that the first one knew.
    func revoke(_ token: TokenID, _ ended: EndedToken, recording event: AuditEvent) async throws -> Bool
    /// Adds one to each counter (from 0) and returns what they now are. The time of the event is when they were advanced.
    func advance(_ epochs: [EpochKey], recording event: AuditEvent) async throws -> [EpochKey: Int64]
    /// Every counter above 0.
    func counters() async throws -> [EpochKey: EpochCounter]
    /// Every token revoked and still to be remembered at `now`.
    func revokedTokens(at now: NumericDate) async throws -> [TokenID: EndedToken]
}

extension RevocationStore {
    /// The value of every counter above 0.
    package func epochs() async throws -> [EpochKey: Int64] { try await counters().mapValues(\.value) }
}
