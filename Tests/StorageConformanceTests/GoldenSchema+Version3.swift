extension GoldenSchema {
    /// Schema 3 as it was released, on top of schema 2.
    static let version3 =
        version2 + #"""

            ALTER TABLE protected_resource ADD COLUMN scope_descriptions TEXT NOT NULL DEFAULT '{}';

            DROP INDEX authorization_session;
            CREATE INDEX authorization_session ON authorization (session, client) WHERE ended_at IS NULL;

            UPDATE protected_resource SET scope_descriptions =
                '{"read":{"text":"See your orders","translations":{"de":"Ihre Bestellungen sehen"}}}';
            PRAGMA user_version = 3;
            """#
}
