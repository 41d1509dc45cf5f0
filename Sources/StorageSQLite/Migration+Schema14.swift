extension Migration {
    /// Finds the living sessions of a person without a look at all that ended within the last day.
    static let schema14 = """
        DROP INDEX session_subject;
        CREATE INDEX session_subject ON session (subject, ended_at);
        """
}
