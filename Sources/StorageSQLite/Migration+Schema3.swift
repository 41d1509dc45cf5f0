extension Migration {
    /// What scopes of resources mean, in words for people; replaced only as a whole. And room in a session is looked
    /// for by what one client holds there: an index of clients alone leads through all that a busy client ever got.
    static let schema3 = """
        ALTER TABLE protected_resource ADD COLUMN scope_descriptions TEXT NOT NULL DEFAULT '{}';

        DROP INDEX authorization_session;
        CREATE INDEX authorization_session ON authorization (session, client) WHERE ended_at IS NULL;
        """
}
