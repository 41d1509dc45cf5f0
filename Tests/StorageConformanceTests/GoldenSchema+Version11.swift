extension GoldenSchema {
    /// Schema 11 as it was released, on top of schema 10.
    static let version11 =
        version10 + #"""

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

            INSERT INTO status_list (id, permutation_key, size, reserved, created_at)
            VALUES ('l1', x'00FF', 1024, 64, 1800000000);
            INSERT INTO status_entry (list, place, grant_id, subject, client, resource, subject_epoch, client_epoch,
                grant_epoch, resource_epoch)
            VALUES ('l1', 77, 'g1', 'svc', 'svc', 'https://api.example', 1, 2, 3, 4);

            PRAGMA user_version = 11;
            """#
}
