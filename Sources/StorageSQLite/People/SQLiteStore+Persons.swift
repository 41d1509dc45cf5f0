package import OAuth
package import Storage

extension SQLiteStore: PersonStore {
    package func person(behind grant: GrantID) async throws -> AuthorizedPerson? {
        try point {
            try $0.first(
                """
                SELECT a.id, a.client, a.subject, a.session, a.identity_scope, a.resource_scopes, a.is_offline,
                    a.authenticated_at, a.methods, a.acr, a.nonce, a.claims_request, a.created_at, a.expires_at,
                    u.id, u.username, u.email, u.is_email_verified, u.is_enabled, u.locked_down_at, u.attributes,
                    u.groups, u.roles, u.created_at, u.updated_at, u.version, u.pending_email, u.expires_at
                FROM authorization AS a JOIN user AS u ON u.id = a.subject WHERE a.id = ?1 AND a.ended_at IS NULL
                """, [.text(grant)]
            ) { AuthorizedPerson(authorization: try Authorization($0), user: try User($0, from: 14)) }
        }
    }
}
