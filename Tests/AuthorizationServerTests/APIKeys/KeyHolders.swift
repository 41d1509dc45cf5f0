import AuthorizationServer
import JOSE
import OAuth
import Storage
import StorageTesting
import Testing

/// An issuer with people, a program and two resources, as tests about API keys need it.
struct KeyHolders: Sendable {
    static let start = People.start
    let people: People
    let bob: User

    var provider: OpenIDProvider { people.provider }
    var administration: Administration { people.administration }

    init(policy: ServerPolicy = ServerPolicy()) async throws {
        people = try await People(policy: policy)
        bob = try await people.person("bob")
        let event = AuditEvent(at: Self.start, action: "test", actor: "test")
        var orders = Issuance.resource("orders", Issuance.jwtAPI, format: .jwt)
        orders.scopeDescriptions = [
            "read": ScopeDescription("See your orders"), "write": ScopeDescription("Change your orders"),
        ]
        _ = try await people.store.insert(orders, recording: event)
        _ = try await people.store.insert(
            Issuance.resource("payments", Issuance.opaqueAPI, format: .opaque), recording: event)
        _ = try await people.store.insert(
            RegisteredClient(
                id: ClientID(unchecked: "svc"), name: "Service",
                credentials: RegisteredCredentials(
                    method: .clientSecretBasic, secrets: [Issuance.stored(Issuance.secret)]),
                grantTypes: [.clientCredentials, .tokenExchange], createdAt: Self.start), recording: event)
        _ = try await people.store.permit(
            Grant(
                id: GrantID(unchecked: "g-svc"), client: ClientID(unchecked: "svc"), subject: Subject(unchecked: "svc"),
                resource: Issuance.jwtAPI, scope: Scope("read write"), createdAt: Self.start),
            advancing: [], recording: event)
    }

    static func draft(
        _ name: String = "Build", scope: String = "read write", at resource: ResourceIndicator = Issuance.jwtAPI
    ) -> APIKeyDraft {
        APIKeyDraft(name: name, permissions: [PermissionDraft(resource: resource.rawValue, scope: scope)])
    }

    /// A key of bob's, or of the client `svc`.
    func key(
        _ draft: APIKeyDraft = draft(), forClient: Bool = false, at now: NumericDate = start
    ) async throws -> NewAPIKey {
        let owner = APIKeyOwnerDraft(
            user: forClient ? nil : bob.id.rawValue, client: forClient ? "svc" : nil, isHoney: false)
        return try await administration.createKey(draft, for: owner, by: .root, at: now)
    }

    func honey() async throws -> NewAPIKey {
        try await administration.createKey(
            APIKeyDraft(name: "Bait", isEndless: true),
            for: APIKeyOwnerDraft(user: nil, client: nil, isHoney: true), by: .root, at: Self.start)
    }

    func introspect(
        _ token: Secret, by resource: String = "orders", from address: String? = nil, isStanding: Bool = false,
        at now: NumericDate = start
    ) async throws -> JSONObject {
        let form = try Issuance.form(
            "token=\(token.revealedValue)" + (address.map { "&caller_address=\($0)" } ?? "")
                + (isStanding ? "&standing=true" : ""))
        let answer = try await provider.introspect(
            PresentedToken(form), from: Issuance.basic(resource), caller: Issuance.caller, at: now)
        return try JSONObject(parsing: answer.response.json)
    }

    func isActive(
        _ token: Secret, by resource: String = "orders", from address: String? = nil, isStanding: Bool = false,
        at now: NumericDate = start
    ) async throws -> Bool {
        let json = try await introspect(token, by: resource, from: address, isStanding: isStanding, at: now)
        let isActive = json.bool("active") == true
        // What is not active is told of in one way.
        if !isActive { #expect(json.jsonBytes == Array(#"{"active":false}"#.utf8)) }
        return isActive
    }

    func exchange(
        _ key: Secret, resource: ResourceIndicator? = nil, scope: String? = nil, caller: Caller = Issuance.caller,
        at now: NumericDate = start
    ) async throws -> TokenResponse {
        try await provider.exchange(
            TokenExchangeParameters(subjectToken: key, resource: resource, scope: try scope.map { try Scope($0) }),
            caller: caller, at: now
        ).response
    }

    /// Why an exchange was refused.
    func refusal(
        _ key: Secret, resource: ResourceIndicator? = nil, scope: String? = nil, caller: Caller = Issuance.caller,
        at now: NumericDate = start
    ) async throws -> Rejection? {
        do {
            _ = try await exchange(key, resource: resource, scope: scope, caller: caller, at: now)
            return nil
        } catch let rejection as Rejection { return rejection }
    }
}
