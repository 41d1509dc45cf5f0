extension Migration {
    /// Codes that nobody redeemed, found without reading those that were: each new authorization looks for some, and so
    /// must not pay for all that were given in its session. SQLite reads the row unless the index has the column, even
    /// where it can only be NULL.
    static let schema6 = """
        DROP INDEX authorization_session;
        CREATE INDEX authorization_session ON authorization (session, client, ended_at) WHERE ended_at IS NULL;
        CREATE INDEX authorization_code_unspent ON authorization_code (authorization, expires_at, spent_at)
            WHERE spent_at IS NULL;
        """
}
