extension GoldenSchema {
    /// Schema 12 as it was released, on top of schema 11.
    static let version12 =
        version11 + #"""

            ALTER TABLE epoch ADD COLUMN advanced_at INTEGER;

            PRAGMA user_version = 12;
            """#
}
