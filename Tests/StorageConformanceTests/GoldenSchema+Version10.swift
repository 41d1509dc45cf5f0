extension GoldenSchema {
    /// Schema 10 as it was released, on top of schema 9.
    static let version10 =
        version9 + #"""

            ALTER TABLE audit_event ADD COLUMN decision TEXT NOT NULL DEFAULT '';

            PRAGMA user_version = 10;
            """#
}
