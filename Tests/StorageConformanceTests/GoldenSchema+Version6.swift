extension GoldenSchema {
    /// Schema 6 as it was released, on top of schema 5.
    static let version6 =
        version5 + #"""

            DROP INDEX authorization_session;
            CREATE INDEX authorization_session ON authorization (session, client, ended_at) WHERE ended_at IS NULL;
            CREATE INDEX authorization_code_unspent ON authorization_code (authorization, expires_at, spent_at)
                WHERE spent_at IS NULL;

            PRAGMA user_version = 6;
            """#
}
