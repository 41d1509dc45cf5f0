extension Migration {
    /// API keys, by their hash. They outlive the accounts of their owners for as long as what was exchanged for them, so
    /// no owner is a foreign key. And alarms that wait to be told; there are few, so that nothing finds them but a scan.
    static let schema8 = """
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
        """
}
