extension Migration {
    /// Whether a link went to the mailbox: of links from before nobody knows it, and they prove nothing of the address.
    /// And an index that finds what each client is to be told next, without a look at all that waits for it.
    static let schema13 = """
        ALTER TABLE mail_link ADD COLUMN is_mailed INTEGER NOT NULL DEFAULT 0;

        DROP INDEX logout_delivery_client;
        CREATE INDEX logout_delivery_client ON logout_delivery (client, next_attempt_at);
        """
}
