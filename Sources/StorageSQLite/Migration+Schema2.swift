extension Migration {
    /// People: who they are, where they are signed in, what they gave to which client, and what is told to whom.
    ///
    /// Secrets of sessions, codes, links and waiting requests are hashes; keys of refresh tokens and mails are sealed.
    static let schema2 = """
        ALTER TABLE client ADD COLUMN relying_party TEXT;

        CREATE TABLE user (
            id TEXT NOT NULL PRIMARY KEY,
            username TEXT NOT NULL,
            email TEXT,
            is_email_verified INTEGER NOT NULL,
            is_enabled INTEGER NOT NULL,
            locked_down_at INTEGER,
            attributes TEXT NOT NULL,
            groups TEXT NOT NULL,
            roles TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL,
            version INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        -- User names and addresses are one namespace: both are typed into the same field.
        CREATE TABLE login_name (
            name TEXT NOT NULL PRIMARY KEY,
            subject TEXT NOT NULL REFERENCES user (id) ON DELETE CASCADE
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX login_name_subject ON login_name (subject);

        CREATE TABLE user_password (
            subject TEXT NOT NULL PRIMARY KEY REFERENCES user (id) ON DELETE CASCADE,
            encoded TEXT NOT NULL,
            changed_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE known_browser (
            id INTEGER PRIMARY KEY,
            subject TEXT NOT NULL REFERENCES user (id) ON DELETE CASCADE,
            hash BLOB NOT NULL,
            last_seen_at INTEGER NOT NULL,
            UNIQUE (subject, hash)
        ) STRICT;

        CREATE TABLE session (
            id TEXT NOT NULL PRIMARY KEY,
            hash BLOB NOT NULL UNIQUE,
            subject TEXT NOT NULL,
            authenticated_at INTEGER NOT NULL,
            methods TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            last_seen_at INTEGER NOT NULL,
            expires_at INTEGER NOT NULL,
            address TEXT NOT NULL,
            user_agent TEXT NOT NULL,
            ended_at INTEGER,
            end_reason TEXT,
            CHECK ((ended_at IS NULL) = (end_reason IS NULL))
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX session_subject ON session (subject);
        CREATE INDEX session_expiry ON session (expires_at) WHERE ended_at IS NULL;
        CREATE INDEX session_end ON session (ended_at) WHERE ended_at IS NOT NULL;

        -- Outlives what was given in the session: whoever took part hears of its end.
        CREATE TABLE session_client (
            session TEXT NOT NULL REFERENCES session (id) ON DELETE CASCADE,
            client TEXT NOT NULL,
            PRIMARY KEY (session, client)
        ) STRICT, WITHOUT ROWID;

        -- Outlives person, client and session, so that tokens of an ended authorization are known to be ended.
        CREATE TABLE authorization (
            id TEXT NOT NULL PRIMARY KEY,
            client TEXT NOT NULL,
            subject TEXT NOT NULL,
            session TEXT NOT NULL,
            identity_scope TEXT NOT NULL,
            resource_scopes TEXT NOT NULL,
            is_offline INTEGER NOT NULL,
            authenticated_at INTEGER NOT NULL,
            methods TEXT NOT NULL,
            acr TEXT,
            nonce TEXT,
            claims_request TEXT,
            created_at INTEGER NOT NULL,
            expires_at INTEGER NOT NULL,
            ended_at INTEGER,
            end_reason TEXT,
            CHECK ((ended_at IS NULL) = (end_reason IS NULL))
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX authorization_subject ON authorization (subject, client) WHERE ended_at IS NULL;
        CREATE INDEX authorization_session ON authorization (session) WHERE ended_at IS NULL;
        CREATE INDEX authorization_client ON authorization (client) WHERE ended_at IS NULL;
        CREATE INDEX authorization_expiry ON authorization (expires_at) WHERE ended_at IS NULL;
        CREATE INDEX authorization_end ON authorization (ended_at) WHERE ended_at IS NOT NULL;

        CREATE TABLE authorization_code (
            hash BLOB NOT NULL PRIMARY KEY,
            authorization TEXT NOT NULL REFERENCES authorization (id) ON DELETE CASCADE,
            redirect_uri TEXT NOT NULL,
            challenge TEXT,
            expires_at INTEGER NOT NULL,
            spent_at INTEGER
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX authorization_code_authorization ON authorization_code (authorization);
        CREATE INDEX authorization_code_expiry ON authorization_code (expires_at);

        CREATE TABLE refresh_family (
            authorization TEXT NOT NULL PRIMARY KEY REFERENCES authorization (id) ON DELETE CASCADE,
            sealed_key BLOB NOT NULL,
            head INTEGER NOT NULL,
            -- Generation and second, 8 bytes each, of those spent within the last window.
            spent BLOB NOT NULL,
            repeats INTEGER NOT NULL,
            repeat_day INTEGER NOT NULL,
            repeats_on_day INTEGER NOT NULL,
            created_at INTEGER NOT NULL,
            last_used_at INTEGER NOT NULL,
            idle_lifetime INTEGER NOT NULL,
            expires_at INTEGER NOT NULL,
            -- Days since 1970: changes, and its index with it, once a day and not with each rotation.
            sweep_day INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX refresh_family_sweep ON refresh_family (sweep_day);

        CREATE TABLE consent (
            subject TEXT NOT NULL REFERENCES user (id) ON DELETE CASCADE,
            client TEXT NOT NULL,
            identity_scope TEXT NOT NULL,
            resource_scopes TEXT NOT NULL,
            given_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL,
            PRIMARY KEY (subject, client)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX consent_client ON consent (client);

        CREATE TABLE pending_authorization (
            hash BLOB NOT NULL PRIMARY KEY,
            origin TEXT NOT NULL,
            browser BLOB,
            client TEXT NOT NULL,
            parameters BLOB NOT NULL,
            fresh_session TEXT,
            decision_subject TEXT,
            decision_is_given INTEGER,
            decision_identity_scope TEXT,
            decision_resource_scopes TEXT,
            created_at INTEGER NOT NULL,
            expires_at INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX pending_authorization_expiry ON pending_authorization (expires_at);
        CREATE INDEX pending_authorization_client ON pending_authorization (client);

        -- A link that was spent or replaced stays for an hour, to be counted.
        CREATE TABLE mail_link (
            hash BLOB NOT NULL PRIMARY KEY,
            purpose TEXT NOT NULL,
            subject TEXT NOT NULL REFERENCES user (id) ON DELETE CASCADE,
            email TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            expires_at INTEGER NOT NULL,
            is_void INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX mail_link_subject ON mail_link (subject, purpose);
        CREATE INDEX mail_link_expiry ON mail_link (expires_at);

        CREATE TABLE mail_item (
            id TEXT NOT NULL PRIMARY KEY,
            sealed BLOB NOT NULL,
            next_attempt_at INTEGER NOT NULL,
            expires_at INTEGER NOT NULL,
            attempts INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX mail_item_next ON mail_item (next_attempt_at);
        CREATE INDEX mail_item_expiry ON mail_item (expires_at);

        -- AUTOINCREMENT: the id of a delivered token is never given again.
        CREATE TABLE logout_delivery (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            client TEXT NOT NULL,
            subject TEXT NOT NULL,
            session TEXT NOT NULL,
            next_attempt_at INTEGER NOT NULL,
            expires_at INTEGER NOT NULL,
            attempts INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX logout_delivery_next ON logout_delivery (next_attempt_at);
        CREATE INDEX logout_delivery_expiry ON logout_delivery (expires_at);
        CREATE INDEX logout_delivery_client ON logout_delivery (client);

        -- Lets programs register clients, each as many times as are left.
        CREATE TABLE initial_access_token (
            id TEXT NOT NULL PRIMARY KEY,
            hash BLOB NOT NULL UNIQUE,
            uses_left INTEGER NOT NULL,
            created_at INTEGER NOT NULL,
            expires_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX initial_access_token_expiry ON initial_access_token (expires_at);

        """
}
