extension Migration {
    /// Whom a token was for that was ended, so that other resources need not hear of it; separated by spaces. It is not
    /// known of those that ended before.
    static let schema9 = """
        ALTER TABLE revoked_token ADD COLUMN audience TEXT;
        """
}
