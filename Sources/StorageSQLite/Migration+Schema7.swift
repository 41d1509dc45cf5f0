extension Migration {
    /// What a resource's tokens were signed with before its algorithm changed, for as long as no key of the new one signs.
    static let schema7 = """
        ALTER TABLE protected_resource ADD COLUMN former_signing_algorithm TEXT;
        """
}
