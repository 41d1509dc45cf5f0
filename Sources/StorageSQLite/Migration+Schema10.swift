extension Migration {
    /// By which name the journal of decisions knows a refusal.
    static let schema10 = """
        ALTER TABLE audit_event ADD COLUMN decision TEXT NOT NULL DEFAULT '';
        """
}
