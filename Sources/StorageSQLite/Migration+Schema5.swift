extension Migration {
    /// Where a client is told that its sessions are over, when it is changed or gone before the telling.
    static let schema5 = """
        ALTER TABLE logout_delivery ADD COLUMN relying_party TEXT;
        """
}
