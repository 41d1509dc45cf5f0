import AuthorizationServer
import JOSE
import OAuth
import ServerHTTP
import Storage
import Testing

/// For every operation that changes something: a request that is done, and the event that it leaves.
struct AdministrationSample: Sendable {
    let method: RequestMethod
    /// As the route table writes it.
    let path: String
    let target: @Sendable (AdministeredServer) async throws -> String
    let body: @Sendable (AdministeredServer) async throws -> String?
    let event: String

    init(
        _ method: RequestMethod, _ path: String, event: String,
        body: @escaping @Sendable (AdministeredServer) async throws -> String? = { _ in nil },
        target: (@Sendable (AdministeredServer) async throws -> String)? = nil
    ) {
        self.method = method
        self.path = path
        self.event = event
        self.body = body
        let plain = Self.plain(path)
        let isAboutPeople = ["/users/", "/sessions/", "/authorizations/"].contains(where: path.contains)
        self.target =
            target ?? { server in
                if isAboutPeople { try await server.insertAda() }
                return plain
            }
    }

    /// The path for what the tests register.
    static func plain(_ path: String) -> String {
        let ids = [
            ("/resources/", "orders"), ("/users/", "ada"), ("/sessions/", "ada-session"),
            ("/authorizations/", "ada-grant"),
        ]
        let id = ids.first { path.contains($0.0) }?.1 ?? "svc"
        return path.replacing("{id}", with: id).replacing("{client}", with: "svc")
    }

    static let all: [AdministrationSample] = apiKeys + programs

    private static let programs: [AdministrationSample] = [
        .init(.post, "/admin/v1/clients", event: "client.created") { _ in
            #"{"name":"Another","authentication_method":"none"}"#
        },
        .init(.patch, "/admin/v1/clients/{id}", event: "client.updated") { _ in #"{"name":"Renamed"}"# },
        .init(.delete, "/admin/v1/clients/{id}", event: "client.deleted"),
        .init(.post, "/admin/v1/clients/{id}/secrets", event: "client.secret_added"),
        .init(
            .delete, "/admin/v1/clients/{id}/secrets/{secret}", event: "client.secret_removed",
            target: { server in
                let id = try await server.store.client(ClientID(unchecked: "svc"))?.credentials.secrets.first?.id
                return "/admin/v1/clients/svc/secrets/\(id ?? "none")"
            }),
        .init(.put, "/admin/v1/clients/{id}/permissions", event: "permission.given") { _ in
            #"{"resource":"https://orders.example","scope":"read write"}"#
        },
        .init(
            .delete, "/admin/v1/clients/{id}/permissions", event: "permission.removed",
            target: { _ in "/admin/v1/clients/svc/permissions?resource=https%3A%2F%2Forders.example" }),
        .init(.post, "/admin/v1/clients/{id}/revoke-tokens", event: "client.tokens_revoked"),
        .init(.post, "/admin/v1/registration-tokens", event: "registration_token.created") { _ in #"{"uses":2}"# },
        .init(
            .delete, "/admin/v1/registration-tokens/{id}", event: "registration_token.deleted",
            target: { server in
                _ = await server.socket(.post, "/admin/v1/registration-tokens")
                let id = try await server.store.initialAccessTokens(after: nil, limit: 1).first?.id
                return "/admin/v1/registration-tokens/\(id ?? "none")"
            }),
        .init(.post, "/admin/v1/resources", event: "resource.created") { _ in
            #"{"identifier":"https://new.example","name":"New","scope":"a"}"#
        },
        .init(.patch, "/admin/v1/resources/{id}", event: "resource.disabled") { _ in #"{"enabled":false}"# },
        .init(.delete, "/admin/v1/resources/{id}", event: "resource.deleted"),
        .init(.post, "/admin/v1/resources/{id}/secrets", event: "resource.secret_added") { _ in
            #"{"expires_old_in":60}"#
        },
        .init(
            .delete, "/admin/v1/resources/{id}/secrets/{secret}", event: "resource.secret_removed",
            target: { server in
                let id = try await server.store.resource(ClientID(unchecked: "orders"))?.credentials.secrets.first?.id
                return "/admin/v1/resources/orders/secrets/\(id ?? "none")"
            }),
        .init(.post, "/admin/v1/resources/{id}/revoke-tokens", event: "resource.tokens_revoked"),
        .init(.post, "/admin/v1/users", event: "user.created") { _ in #"{"username":"bob"}"# },
        .init(.patch, "/admin/v1/users/{id}", event: "user.disabled") { _ in #"{"enabled":false}"# },
        .init(.delete, "/admin/v1/users/{id}", event: "user.deleted"),
        .init(.put, "/admin/v1/users/{id}/password", event: "user.password_set") { _ in
            #"{"password":"\#(AdministeredServer.password)"}"#
        },
        .init(
            .post, "/admin/v1/users/{id}/invitation", event: "account.invited",
            target: { try await AdministrationSample.invitation(at: $0) }),
        .init(
            .delete, "/admin/v1/users/{id}/invitation", event: "account.invitation_withdrawn",
            target: { server in
                let path = try await AdministrationSample.invitation(at: server)
                _ = await server.socket(.post, path)
                return path
            }),
        .init(.post, "/admin/v1/users/{id}/reset-link", event: "account.reset_requested"),
        .init(.post, "/admin/v1/users/{id}/lockdown", event: "user.locked_down"),
        .init(
            .post, "/admin/v1/users/{id}/release", event: "user.released",
            target: { server in
                try await server.insertAda()
                var ada = try #require(try await server.store.user(Subject(unchecked: "ada")))
                ada.lockedDownAt = AdministeredServer.start
                _ = try await server.store.update(ada, ending: nil, at: AdministeredServer.start, with: Effects([]))
                return "/admin/v1/users/ada/release"
            }),
        .init(.delete, "/admin/v1/users/{id}/sessions", event: "user.sessions_ended"),
        .init(.delete, "/admin/v1/users/{id}/applications/{client}", event: "application.ended"),
        .init(.delete, "/admin/v1/sessions/{id}", event: "session.ended"),
        .init(.delete, "/admin/v1/authorizations/{id}", event: "authorization.ended"),
        .init(
            .post, "/admin/v1/end-everything", event: "everything.ended",
            body: { server in
                try await server.insertAda()
                return #"{"issuer":"\#(server.provider.issuer.rawValue)"}"#
            }),
        .init(.post, "/admin/v1/keys/rotate", event: "key.announced") { _ in #"{"purpose":"sealing"}"# },
        .init(.post, "/admin/v1/keys/{kid}/distrust", event: "key.distrusted", target: key("distrust")),
        .init(.post, "/admin/v1/keys/{kid}/retire", event: "key.retired", target: key("retire")),
        .init(.post, "/admin/v1/tokens/revoke", event: "token.revoked") { server in
            #"{"jti":"t1","expires_at":\#(AdministeredServer.start.secondsSince1970 + 60)}"#
        },
        .init(
            .post, "/admin/v1/grants/{id}/revoke", event: "grant.revoked",
            target: { server in
                let grant = try await server.store.grants(of: ClientID(unchecked: "svc")).first?.id.rawValue
                return "/admin/v1/grants/\(grant ?? "none")/revoke"
            }),
        .init(
            .post, "/admin/v1/subjects/{id}/revoke-tokens", event: "subject.tokens_revoked",
            target: { _ in "/admin/v1/subjects/svc/revoke-tokens" }),
        .init(.post, "/admin/v1/backup", event: "backup.made") { _ in #"{"path":"/backups/new"}"# },
        .init(.post, "/admin/v1/master-key/rewrap", event: "master_key.rewrapped") { _ in
            #"{"new_master_key_file":"/keys/new"}"#
        },
    ]

    private static func key(_ verb: String) -> @Sendable (AdministeredServer) async throws -> String {
        { server in "/admin/v1/keys/\(try await server.store.keys().first?.id.rawValue ?? "none")/\(verb)" }
    }

    /// Of somebody who has no password yet.
    private static func invitation(at server: AdministeredServer) async throws -> String {
        let bob = await server.register("bob", #","email":"bob@example.org""#).json.string("id")
        return "/admin/v1/users/\(try #require(bob))/invitation"
    }
}
