/// Databases as released versions of this program left them: their schema, and a row in each table.
///
/// A version that has been released is never changed here; a new one is added beside it.
enum GoldenSchema {
    static let all: [(version: Int, sql: String)] = [
        (1, version1), (2, version2), (3, version3), (4, version4), (5, version5), (6, version6),
        (7, version7), (8, version8), (9, version9), (10, version10), (11, version11), (12, version12),
        (13, version13), (14, version14),
    ]

    static let version1 = """
        -- Clients and protected resources share one namespace: a client_id is registered once.
        CREATE TABLE registration (
            id TEXT NOT NULL PRIMARY KEY
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE client (
            id TEXT NOT NULL PRIMARY KEY REFERENCES registration (id) ON DELETE CASCADE,
            name TEXT NOT NULL,
            is_enabled INTEGER NOT NULL,
            credentials TEXT NOT NULL,
            grant_types TEXT NOT NULL,
            allowed_origins TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL,
            version INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE protected_resource (
            id TEXT NOT NULL PRIMARY KEY REFERENCES registration (id) ON DELETE CASCADE,
            identifier TEXT NOT NULL UNIQUE,
            name TEXT NOT NULL,
            is_enabled INTEGER NOT NULL,
            credentials TEXT NOT NULL,
            scope TEXT NOT NULL,
            token_format TEXT NOT NULL,
            access_token_lifetime INTEGER NOT NULL,
            signing_algorithm TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL,
            version INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        -- Outlives its client and its resource, so that tokens of an ended grant are known to be ended.
        CREATE TABLE token_grant (
            id TEXT NOT NULL PRIMARY KEY,
            client TEXT NOT NULL,
            subject TEXT NOT NULL,
            resource TEXT NOT NULL,
            scope TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL,
            revoked_at INTEGER,
            revocation_reason TEXT,
            CHECK ((revoked_at IS NULL) = (revocation_reason IS NULL))
        ) STRICT, WITHOUT ROWID;
        CREATE UNIQUE INDEX token_grant_standing ON token_grant (client, resource) WHERE revoked_at IS NULL;
        CREATE INDEX token_grant_resource ON token_grant (resource) WHERE revoked_at IS NULL;
        CREATE INDEX token_grant_revoked ON token_grant (revoked_at) WHERE revoked_at IS NOT NULL;

        -- Counters never go back and are never deleted: a new client of an old name must not inherit its tokens.
        CREATE TABLE epoch (
            kind TEXT NOT NULL,
            id TEXT NOT NULL,
            value INTEGER NOT NULL,
            PRIMARY KEY (kind, id)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE revoked_token (
            id TEXT NOT NULL PRIMARY KEY,
            expires_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX revoked_token_expiry ON revoked_token (expires_at);

        CREATE TABLE replay_claim (
            domain TEXT NOT NULL,
            id TEXT NOT NULL,
            expires_at INTEGER NOT NULL,
            PRIMARY KEY (domain, id)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX replay_claim_expiry ON replay_claim (expires_at);

        CREATE TABLE issuer_key (
            id TEXT NOT NULL PRIMARY KEY,
            purpose TEXT NOT NULL,
            public_key TEXT NOT NULL,
            sealed_key BLOB NOT NULL,
            announced_at INTEGER NOT NULL,
            active_from INTEGER NOT NULL,
            retired_at INTEGER,
            removed_at INTEGER,
            distrusted_at INTEGER
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE data_key (
            id TEXT NOT NULL PRIMARY KEY,
            wrapped BLOB NOT NULL
        ) STRICT, WITHOUT ROWID;

        -- Facts about this installation, by name: the issuer, and the heartbeat of health checks.
        CREATE TABLE installation (
            name TEXT NOT NULL PRIMARY KEY,
            value TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;

        -- AUTOINCREMENT: the id of a swept event is never given again.
        CREATE TABLE audit_event (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            at INTEGER NOT NULL,
            action TEXT NOT NULL,
            outcome TEXT NOT NULL,
            actor TEXT NOT NULL,
            target TEXT NOT NULL,
            address TEXT NOT NULL,
            request_id TEXT NOT NULL,
            detail TEXT NOT NULL,
            count INTEGER NOT NULL,
            last_at INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX audit_event_action ON audit_event (action);
        CREATE INDEX audit_event_actor ON audit_event (actor);
        CREATE INDEX audit_event_target ON audit_event (target);
        CREATE INDEX audit_event_last ON audit_event (last_at);

        CREATE TABLE usage_counter (
            minute INTEGER NOT NULL,
            client TEXT NOT NULL,
            resource TEXT NOT NULL,
            kind TEXT NOT NULL,
            count INTEGER NOT NULL,
            PRIMARY KEY (minute, client, resource, kind)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX usage_counter_client ON usage_counter (client, minute);

        INSERT INTO registration (id) VALUES ('svc'), ('api');
        INSERT INTO client (id, name, is_enabled, credentials, grant_types, allowed_origins, created_at, updated_at, version)
        VALUES ('svc', 'Client svc', 1,
            '{"method":"client_secret_basic","secrets":[{"id":"s1","sha256":"yCbIlSoGJfHX7pG1ztbBsdR2Cs9v1iWZ2-a0f3pYJVU","created_at":1800000000}]}',
            '["client_credentials"]', '["https://app.example"]', 1800000000, 1800000000, 3);
        INSERT INTO protected_resource (id, identifier, name, is_enabled, credentials, scope, token_format,
            access_token_lifetime, signing_algorithm, created_at, updated_at, version)
        VALUES ('api', 'https://api.example', 'Resource api', 1, '{"method":"none","secrets":[]}', 'read write', 'jwt', 300,
            'ES256', 1800000000, 1800000000, 1);
        INSERT INTO token_grant (id, client, subject, resource, scope, created_at, updated_at, revoked_at, revocation_reason)
        VALUES ('g1', 'svc', 'svc', 'https://api.example', 'read', 1800000000, 1800000000, NULL, NULL),
            ('g0', 'svc', 'svc', 'https://api.example', 'read', 1800000000, 1800000000, 1800000009, 'administrator');
        INSERT INTO epoch (kind, id, value) VALUES ('client', 'svc', 4);
        INSERT INTO revoked_token (id, expires_at) VALUES ('t1', 1800000500);
        INSERT INTO replay_claim (domain, id, expires_at) VALUES ('assertion:svc', 'j1', 1800000500);
        INSERT INTO issuer_key (id, purpose, public_key, sealed_key, announced_at, active_from)
        VALUES ('k1', 'signing:ES256', '{"kty":"EC"}', x'00FF', 1800000000, 1800000000);
        INSERT INTO data_key (id, wrapped) VALUES ('d1', x'0102');
        INSERT INTO installation (name, value) VALUES ('issuer', 'https://issuer.example');
        INSERT INTO audit_event (id, at, action, outcome, actor, target, address, request_id, detail, count, last_at)
        VALUES (41, 1800000000, 'client.created', 'success', 'uid:0', 'client:svc', '', 'r1', 'golden', 1, 1800000000);
        INSERT INTO usage_counter (minute, client, resource, kind, count)
        VALUES (30000000, 'svc', 'https://api.example', 'issued', 12);
        PRAGMA application_id = 1414746689;
        PRAGMA user_version = 1;
        """
}
