package import JOSE
package import OAuth

/// A registered client (RFC 6749 §2).
package struct RegisteredClient: Hashable, Sendable {
    package let id: ClientID
    package var name: String
    package var isEnabled: Bool
    package var credentials: RegisteredCredentials
    package var grantTypes: [GrantType]
    /// Origins whose scripts may call the endpoints from a browser, byte-exact, e.g. `https://app.example`.
    package var allowedOrigins: [String]
    /// `nil` for a program that signs nobody in.
    package var relyingParty: RelyingParty?
    package let createdAt: NumericDate
    package var updatedAt: NumericDate
    /// Grows with each change; an update names the version that it was made from.
    package var version: Int64

    package init(
        id: ClientID, name: String, isEnabled: Bool = true, credentials: RegisteredCredentials,
        grantTypes: [GrantType] = [.clientCredentials], allowedOrigins: [String] = [],
        relyingParty: RelyingParty? = nil, createdAt: NumericDate,
        updatedAt: NumericDate? = nil, version: Int64 = 1
    ) {
        self.id = id
        self.name = name
        self.isEnabled = isEnabled
        self.credentials = credentials
        self.grantTypes = grantTypes
        self.allowedOrigins = allowedOrigins
        self.relyingParty = relyingParty
        self.createdAt = createdAt
        self.updatedAt = updatedAt ?? createdAt
        self.version = version
    }
}

/// Clients. Each change is written together with its audit event and the epochs that it ends, all or nothing.
package protocol ClientStore: Sendable {
    /// `.exists` if a client or a resource already has this `client_id`, or a person has it as `sub` (RFC 9068 §5).
    func insert(_ client: RegisteredClient, recording event: AuditEvent) async throws -> Insertion
    func client(_ id: ClientID) async throws -> RegisteredClient?
    /// In the order of their ids, after `id`, at most `limit`.
    func clients(after id: ClientID?, limit: Int) async throws -> [RegisteredClient]
    /// Replaces the client if its stored version is `client.version`, and stores `version + 1`.
    func update(
        _ client: RegisteredClient, advancing epochs: [EpochKey], recording event: AuditEvent
    ) async throws -> Change
    /// The same, and ends all that people gave to the client, in one transaction.
    func update(
        _ client: RegisteredClient, advancing epochs: [EpochKey], ending reason: EndReason, recording event: AuditEvent
    ) async throws -> ClientEnding
    /// Removes the client and ends its grants and all that people gave to it, with their consents, its waiting requests
    /// and logout tokens; the epochs stay, so that a later client of that name inherits nothing.
    func deleteClient(
        _ id: ClientID, advancing epochs: [EpochKey], recording event: AuditEvent
    ) async throws -> ClientEnding
}

/// How a change of a client or a resource ended that takes along what people gave; nothing ended unless the change is
/// `done`.
package struct ClientEnding: Hashable, Sendable {
    package let change: Change
    package let ended: Ended
    package init(_ change: Change, _ ended: Ended = Ended()) {
        self.change = change
        self.ended = ended
    }
}

/// How an insertion ended.
package enum Insertion: Hashable, Sendable { case inserted, exists }

/// How a change ended; `done` carries the counters that it advanced, as they now are.
package enum Change: Hashable, Sendable {
    case done([EpochKey: Int64])
    case missing
    /// Somebody else changed it since it was read.
    case conflict
}
