extension Migration {
    /// Addresses that wait for their proof, apart from those that people have; and when an account goes that a stranger
    /// asked for and nobody took up.
    static let schema4 = """
        ALTER TABLE user ADD COLUMN pending_email TEXT;
        ALTER TABLE user ADD COLUMN expires_at INTEGER;
        CREATE INDEX user_expiry ON user (expires_at) WHERE expires_at IS NOT NULL;
        """
}
