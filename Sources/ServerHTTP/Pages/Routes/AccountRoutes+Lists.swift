import AuthorizationServer
import JOSE
import OAuth
import Storage

/// The applications with access, and what happened lately.
extension AccountRoutes {
    @Sendable
    func applications(_ visit: PageVisit, _ area: AccountArea) async throws -> ServerResponse {
        var items: [AccountApplicationsPage.Item] = []
        for application in try await area.applications(at: visit.now) {
            items.append(try await item(application, visit))
        }
        return visit.page(AccountApplicationsPage(items: items, hasEnded: isDone(visit)), decision: "shown")
    }

    private func item(
        _ application: ConnectedApplication, _ visit: PageVisit
    ) async throws -> AccountApplicationsPage.Item {
        var permissions = application.identityScope.tokens.map {
            AccountApplicationsPage.Item.Permission(scope: $0, resource: nil)
        }
        for (resource, scope) in application.resourceScopes.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            let known = try await visit.provider.registry.resource(identifiedBy: resource)
            permissions += scope.tokens.map {
                .init(
                    scope: $0, resource: known?.name ?? resource.rawValue, description: known?.scopeDescriptions[$0])
            }
        }
        return AccountApplicationsPage.Item(
            id: application.client.rawValue, name: application.name, host: application.host, permissions: permissions,
            since: application.since,
            address: application.initiateLoginURI.map { initiation(at: $0, by: visit.provider.issuer) },
            isUnverified: application.isUnverified)
    }

    /// OpenID Core §4: what asks an application to sign the person in here. Without `login_hint`: the session says who it
    /// is, and an address in a log should not; without `target_link_uri`: the application knows best where it begins.
    private func initiation(at address: String, by issuer: Issuer) -> String {
        var form = FormWriter()
        form.append("iss", issuer.rawValue)
        return address + (address.contains("?") ? "&" : "?") + form.text
    }

    @Sendable
    func endApplication(
        _ visit: PageVisit, _ area: AccountArea, _ form: FormParameters
    ) async throws -> ServerResponse {
        guard let id = ClientID(form["client"] ?? "") else {
            throw OAuthError(.invalidRequest, "client is missing or malformed")
        }
        _ = try await area.endApplication(id, at: visit.now)
        return done(visit, .applications, "application_ended")
    }

    @Sendable
    func activity(_ visit: PageVisit, _ area: AccountArea) async throws -> ServerResponse {
        var names: [ClientID: String] = [:]
        var items: [AccountActivityPage.Item] = []
        for event in try await area.activity() {
            if let client = event.client, names[client] == nil {
                names[client] = try await visit.provider.store.client(client)?.name ?? client.rawValue
            }
            items.append(
                AccountActivityPage.Item(
                    action: event.kind.rawValue, client: event.client.flatMap { names[$0] }, at: event.lastAt,
                    address: event.address, places: event.places, count: event.count,
                    isByOperator: event.isByOperator))
        }
        return visit.page(AccountActivityPage(items: items), decision: "shown")
    }
}
