extension Migration {
    /// When a counter was last advanced, so that a restart tells nobody of what no living token is older than. Of counters from
    /// before nobody knows it.
    static let schema12 = """
        ALTER TABLE epoch ADD COLUMN advanced_at INTEGER;
        """
}
