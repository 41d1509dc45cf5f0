extension GoldenSchema {
    /// Schema 9 as it was released, on top of schema 8.
    static let version9 =
        version8 + #"""

            ALTER TABLE revoked_token ADD COLUMN audience TEXT;

            PRAGMA user_version = 9;
            """#
}
