extension GoldenSchema {
    /// Schema 8 as it was released, on top of schema 7.
    static let version8 =
        version7 + #"""

            CREATE TABLE api_key (
                id TEXT PRIMARY KEY,
                hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
                owner_kind TEXT NOT NULL,
                owner TEXT NOT NULL,
                name TEXT NOT NULL,
                resource_scopes TEXT NOT NULL,
                networks TEXT NOT NULL,
                quota_uses INTEGER,
                quota_period INTEGER,
                is_direct INTEGER NOT NULL,
                created_at INTEGER NOT NULL,
                expires_at INTEGER,
                last_used_at INTEGER,
                successor TEXT,
                ended_at INTEGER,
                end_reason TEXT
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX api_key_owner ON api_key (owner_kind, owner);
            CREATE INDEX api_key_expiry ON api_key (expires_at) WHERE expires_at IS NOT NULL;
            CREATE INDEX api_key_end ON api_key (ended_at) WHERE ended_at IS NOT NULL;
            CREATE TABLE alarm_delivery (
                id TEXT PRIMARY KEY,
                claims TEXT NOT NULL,
                next_attempt_at INTEGER NOT NULL,
                expires_at INTEGER NOT NULL,
                attempts INTEGER NOT NULL
            ) STRICT, WITHOUT ROWID;

            PRAGMA user_version = 8;
            """#
}
