extension GoldenSchema {
    /// Schema 14 as it was released, on top of schema 13.
    static let version14 =
        version13 + #"""

            DROP INDEX session_subject;
            CREATE INDEX session_subject ON session (subject, ended_at);

            PRAGMA user_version = 14;
            """#
}
