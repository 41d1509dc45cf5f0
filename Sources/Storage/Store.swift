/// All that an issuer remembers. An endpoint asks only for the stores it uses.
package typealias Store = APIKeyStore & AuditLog & ClientStore & GrantStore & InstallationStore & KeyStore & PeopleStore
    & RegistrationStore
    & ReplayStore & ResourceStore & RevocationStore & StatusListStore & UpkeepStore & UsageStore

/// What an issuer remembers about people and what they gave.
package typealias PeopleStore = AuthorizationStore & ConsentStore & EndingStore & KnownBrowserStore & MailLinkStore
    & Outbox
    & PendingAuthorizationStore & PersonStore & RefreshTokenStore & SessionStore & UserStore

/// Why a store did not answer. Never a statement about a token or a client: callers answer 503.
package enum StoreError: Error, Hashable, Sendable {
    /// Too many writes are waiting, or another process holds the database.
    case busy
    /// The database failed; the text is for the operator's log.
    case failed(String)
    /// What is stored cannot be read; the text names table and column.
    case damaged(String)
    /// The store has been closed.
    case closed
}
