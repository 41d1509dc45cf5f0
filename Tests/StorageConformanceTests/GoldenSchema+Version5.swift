extension GoldenSchema {
    /// Schema 5 as it was released, on top of schema 4.
    static let version5 =
        version4 + #"""

            ALTER TABLE logout_delivery ADD COLUMN relying_party TEXT;

            PRAGMA user_version = 5;
            """#
}
