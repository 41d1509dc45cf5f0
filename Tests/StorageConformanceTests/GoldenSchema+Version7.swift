extension GoldenSchema {
    /// Schema 7 as it was released, on top of schema 6.
    static let version7 =
        version6 + #"""

            ALTER TABLE protected_resource ADD COLUMN former_signing_algorithm TEXT;

            PRAGMA user_version = 7;
            """#
}
