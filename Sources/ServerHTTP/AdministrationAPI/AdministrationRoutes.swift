import AuthorizationServer

extension AdministrationRoute {
    /// Every operation there is, in the order of `openapi.yaml`.
    package static let all: [AdministrationRoute] = [
        .init(.get, "/admin/v1/status", .read) { try await $0.status($1) },

        .init(.get, "/admin/v1/clients", .read, query: ["after", "limit"]) { try await $0.listClients($1) },
        .init(.post, "/admin/v1/clients", .write, body: .required) { try await $0.createClient($1) },
        .init(.get, "/admin/v1/clients/{id}", .read) { try await $0.getClient($1) },
        .init(.patch, "/admin/v1/clients/{id}", .write, body: .required) { try await $0.updateClient($1) },
        .init(.delete, "/admin/v1/clients/{id}", .write) { try await $0.deleteClient($1) },
        .init(.post, "/admin/v1/clients/{id}/secrets", .write, body: .optional) { try await $0.createClientSecret($1) },
        .init(.delete, "/admin/v1/clients/{id}/secrets/{secret}", .write) { try await $0.deleteClientSecret($1) },
        .init(.get, "/admin/v1/clients/{id}/permissions", .read) { try await $0.listPermissions($1) },
        .init(.put, "/admin/v1/clients/{id}/permissions", .write, body: .required) { try await $0.permit($1) },
        .init(.delete, "/admin/v1/clients/{id}/permissions", .write, query: ["resource"]) { try await $0.forbid($1) },
        .init(.post, "/admin/v1/clients/{id}/revoke-tokens", .write) { try await $0.revokeClientTokens($1) },

        .init(.get, "/admin/v1/registration-tokens", .read, query: ["after", "limit"]) {
            try await $0.listRegistrationTokens($1)
        },
        .init(.post, "/admin/v1/registration-tokens", .write, body: .optional) {
            try await $0.createRegistrationToken($1)
        },
        .init(.delete, "/admin/v1/registration-tokens/{id}", .write) { try await $0.deleteRegistrationToken($1) },
        .init(.get, "/admin/v1/api-keys", .read, query: ["after", "limit"]) { try await $0.listAPIKeys($1) },
        .init(.post, "/admin/v1/api-keys", .write, body: .required) { try await $0.createAPIKey($1) },
        .init(.get, "/admin/v1/api-keys/{id}", .read) { try await $0.showAPIKey($1) },
        .init(.delete, "/admin/v1/api-keys/{id}", .write) { try await $0.endAPIKey($1) },
        .init(.post, "/admin/v1/api-keys/{id}/reroll", .write, body: .optional) { try await $0.rerollAPIKey($1) },
        .init(.post, "/admin/v1/leaked-api-keys", .write, body: .required) { try await $0.reportAPIKey($1) },

        .init(.get, "/admin/v1/resources", .read, query: ["after", "limit"]) { try await $0.listResources($1) },
        .init(.post, "/admin/v1/resources", .write, body: .required) { try await $0.createResource($1) },
        .init(.get, "/admin/v1/resources/{id}", .read) { try await $0.getResource($1) },
        .init(.patch, "/admin/v1/resources/{id}", .write, body: .required) { try await $0.updateResource($1) },
        .init(.delete, "/admin/v1/resources/{id}", .write) { try await $0.deleteResource($1) },
        .init(.post, "/admin/v1/resources/{id}/secrets", .write, body: .optional) {
            try await $0.createResourceSecret($1)
        },
        .init(.delete, "/admin/v1/resources/{id}/secrets/{secret}", .write) { try await $0.deleteResourceSecret($1) },
        .init(.post, "/admin/v1/resources/{id}/revoke-tokens", .write) { try await $0.revokeResourceTokens($1) },

        .init(.get, "/admin/v1/users", .read, query: ["after", "limit", "search"]) { try await $0.listUsers($1) },
        .init(.post, "/admin/v1/users", .write, body: .required) { try await $0.createUser($1) },
        .init(.get, "/admin/v1/users/{id}", .read) { try await $0.getUser($1) },
        .init(.patch, "/admin/v1/users/{id}", .write, body: .required) { try await $0.updateUser($1) },
        .init(.delete, "/admin/v1/users/{id}", .write) { try await $0.deleteUser($1) },
        .init(.put, "/admin/v1/users/{id}/password", .write, body: .required) { try await $0.setPassword($1) },
        .init(.post, "/admin/v1/users/{id}/invitation", .write) { try await $0.inviteUser($1) },
        .init(.delete, "/admin/v1/users/{id}/invitation", .write) { try await $0.withdrawInvitation($1) },
        .init(.get, "/admin/v1/invitations", .read, query: ["after", "limit"]) { try await $0.listInvitations($1) },
        .init(.post, "/admin/v1/users/{id}/reset-link", .write) { try await $0.makeResetLink($1) },
        .init(.post, "/admin/v1/users/{id}/lockdown", .write) { try await $0.lockDownUser($1) },
        .init(.post, "/admin/v1/users/{id}/release", .write) { try await $0.releaseUser($1) },
        .init(.get, "/admin/v1/users/{id}/sessions", .read) { try await $0.listSessions($1) },
        .init(.delete, "/admin/v1/users/{id}/sessions", .write) { try await $0.endSessions($1) },
        .init(.get, "/admin/v1/users/{id}/applications", .read) { try await $0.listApplications($1) },
        .init(.delete, "/admin/v1/users/{id}/applications/{client}", .write) { try await $0.endApplication($1) },
        .init(.delete, "/admin/v1/sessions/{id}", .write) { try await $0.endSession($1) },
        .init(.delete, "/admin/v1/authorizations/{id}", .write) { try await $0.endAuthorization($1) },

        .init(.post, "/admin/v1/end-everything", .write, body: .required) { try await $0.endEverything($1) },

        .init(.get, "/admin/v1/keys", .read) { try await $0.listKeys($1) },
        .init(.post, "/admin/v1/keys/rotate", .write, body: .optional) { try await $0.rotateKeys($1) },
        .init(.post, "/admin/v1/keys/{kid}/distrust", .write) { try await $0.distrustKey($1) },
        .init(.post, "/admin/v1/keys/{kid}/retire", .write) { try await $0.retireKey($1) },

        .init(.post, "/admin/v1/tokens/inspect", .read, body: .required) { try $0.inspectToken($1) },
        .init(.post, "/admin/v1/tokens/revoke", .write, body: .required) { try await $0.revokeToken($1) },
        .init(.post, "/admin/v1/grants/{id}/revoke", .write) { try await $0.revokeGrant($1) },
        .init(.post, "/admin/v1/subjects/{id}/revoke-tokens", .write) { try await $0.revokeSubjectTokens($1) },

        .init(
            .get, "/admin/v1/audit", .read,
            query: ["after", "action", "actor", "target", "since", "until", "limit", "order"]
        ) { try await $0.listAudit($1) },
        .init(
            .get, "/admin/v1/decisions", .read,
            query: ["before", "check", "endpoint", "client", "since", "until", "limit"]
        ) { try await $0.listDecisions($1) },
        .init(.get, "/admin/v1/decisions/{id}", .read) { try await $0.getDecision($1) },
        .init(.get, "/admin/v1/usage", .read, query: ["client", "since", "until", "limit"]) {
            try await $0.listUsage($1)
        },

        .init(.post, "/admin/v1/backup", .write, body: .required, isSocketOnly: true) { try await $0.backUp($1) },
        .init(.post, "/admin/v1/master-key/rewrap", .write, body: .required, isSocketOnly: true) {
            try await $0.rewrap($1)
        },

        .init(.get, "/metrics", .read) { await $0.metrics($1) },
        .init(.get, "/health/live", nil) { api, _ in api.live() },
        .init(.get, "/health/ready", nil) { api, _ in await api.ready() },
    ]
}
