package import OAuth
package import Storage

extension SQLiteStore: PersonStore {
    package func person(behind grant: GrantID) async throws -> AuthorizingPerson? {
        try point {
            try $0.first(
                """
                SELECT a.client, a.expires_at,
                    u.id, u.username, u.email, u.is_email_verified, u.is_enabled, u.locked_down_at, u.attributes,
                    u.groups, u.roles, u.created_at, u.updated_at, u.version, u.pending_email, u.expires_at
                FROM authorization AS a JOIN user AS u ON u.id = a.subject WHERE a.id = ?1 AND a.ended_at IS NULL
                """, [.text(grant)]
            ) {
                AuthorizingPerson(
                    try User($0, from: 2), client: try $0.identifier(0), expiresAt: try $0.date(1))
            }
        }
    }
}
