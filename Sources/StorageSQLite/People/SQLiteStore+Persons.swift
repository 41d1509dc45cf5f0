package import OAuth
package import Storage

extension SQLiteStore: PersonStore {
    package nonisolated(nonsending) func person(behind grant: GrantID) async throws -> AuthorizingPerson? {
        try point {
            try $0.first(
                """
                SELECT a.client, a.expires_at,
                    u.id, u.username, u.email, u.is_email_verified, u.is_enabled, u.locked_down_at, u.attributes,
                    u.groups, u.roles, u.created_at, u.updated_at, u.version, u.pending_email, u.expires_at,
                    a.claims_request,
                    CASE WHEN a.claims_request IS NOT NULL THEN (SELECT c.identity_scope FROM consent AS c
                        WHERE c.subject = a.subject AND c.client = a.client) END
                FROM authorization AS a JOIN user AS u ON u.id = a.subject WHERE a.id = ?1 AND a.ended_at IS NULL
                """, [.text(grant)]
            ) {
                AuthorizingPerson(
                    try User($0, from: 2), client: try $0.identifier(0), expiresAt: try $0.date(1),
                    claimsRequest: try $0.optionalText(16), agreedScope: $0.isNull(17) ? .empty : try $0.scope(17))
            }
        }
    }
}
