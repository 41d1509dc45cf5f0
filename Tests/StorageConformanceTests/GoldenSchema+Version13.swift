extension GoldenSchema {
    /// Schema 13 as it was released, on top of schema 12.
    static let version13 =
        version12 + #"""

            ALTER TABLE mail_link ADD COLUMN is_mailed INTEGER NOT NULL DEFAULT 0;

            DROP INDEX logout_delivery_client;
            CREATE INDEX logout_delivery_client ON logout_delivery (client, next_attempt_at);

            PRAGMA user_version = 13;
            """#
}
