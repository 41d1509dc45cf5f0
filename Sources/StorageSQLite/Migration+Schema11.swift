extension Migration {
    /// Status lists for verifiers that others wrote: which grant has which index.
    static let schema11 = """
        CREATE TABLE status_list (
            id TEXT NOT NULL PRIMARY KEY,
            permutation_key BLOB NOT NULL,
            size INTEGER NOT NULL,
            reserved INTEGER NOT NULL,
            created_at INTEGER NOT NULL,
            closed_at INTEGER
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE status_entry (
            list TEXT NOT NULL REFERENCES status_list (id),
            place INTEGER NOT NULL,
            grant_id TEXT NOT NULL,
            subject TEXT NOT NULL,
            client TEXT NOT NULL,
            resource TEXT NOT NULL,
            subject_epoch INTEGER NOT NULL,
            client_epoch INTEGER NOT NULL,
            grant_epoch INTEGER NOT NULL,
            resource_epoch INTEGER NOT NULL,
            PRIMARY KEY (list, place)
        ) STRICT, WITHOUT ROWID;
        """
}
