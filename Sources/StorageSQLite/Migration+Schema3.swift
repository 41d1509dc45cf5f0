extension Migration {
    /// What scopes of resources mean, in words for people; replaced only as a whole.
    static let schema3 = """
        ALTER TABLE protected_resource ADD COLUMN scope_descriptions TEXT NOT NULL DEFAULT '{}';
        """
}
