extension GoldenSchema {
    /// Schema 4 as it was released, on top of schema 3.
    static let version4 =
        version3 + #"""

            ALTER TABLE user ADD COLUMN pending_email TEXT;
            ALTER TABLE user ADD COLUMN expires_at INTEGER;
            CREATE INDEX user_expiry ON user (expires_at) WHERE expires_at IS NOT NULL;

            UPDATE user SET pending_email = 'zoe@new.example' WHERE id = 'u1';
            PRAGMA user_version = 4;
            """#
}
