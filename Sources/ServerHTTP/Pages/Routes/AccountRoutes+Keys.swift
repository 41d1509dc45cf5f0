import AuthorizationServer
import JOSE
import OAuth
import Storage

/// The API keys that people make for their programs.
extension AccountRoutes {
    @Sendable
    func keys(_ visit: PageVisit, _ area: AccountArea) async throws -> ServerResponse {
        guard area.hasKeys else { return noKeys(visit) }
        var items: [AccountKeysPage.Item] = []
        for key in try await area.apiKeys(at: visit.now) {
            items.append(
                AccountKeysPage.Item(
                    id: key.id.rawValue, name: key.name, state: key.state(at: visit.now),
                    permissions: try await permissions(key.resourceScopes, visit), createdAt: key.createdAt,
                    lastUsedAt: key.lastUsedAt, expiresAt: key.expiresAt))
        }
        return visit.page(AccountKeysPage(items: items, hasEnded: isDone(visit)), decision: "shown")
    }

    @Sendable
    func endKey(_ visit: PageVisit, _ area: AccountArea, _ form: FormParameters) async throws -> ServerResponse {
        _ = try await area.endKey(try Self.name(form["key"]), at: visit.now)
        return done(visit, .keys, "key_ended")
    }

    @Sendable
    func newKey(_ visit: PageVisit, _ area: AccountArea) async throws -> ServerResponse {
        guard area.hasKeys else { return noKeys(visit) }
        return visit.page(try await page(NewKeyForm(visit.provider.policy.apiKeys), area), decision: "shown")
    }

    @Sendable
    func makeKey(_ visit: PageVisit, _ area: AccountArea, _ form: FormParameters) async throws -> ServerResponse {
        guard area.hasKeys else { return noKeys(visit) }
        let wanted = NewKeyForm(form, visit.provider.policy.apiKeys)
        func again(
            _ failure: AccountNewKeyPage.Failure, _ status: Int, _ decision: String
        ) async throws
            -> ServerResponse
        {
            var page = try await page(wanted, area)
            page.failure = failure
            return visit.page(page, status: status, decision: decision)
        }
        guard !wanted.name.isEmpty else { return try await again(.nameless, 422, "invalid") }
        guard !wanted.scopes.isEmpty else { return try await again(.nothingChosen, 422, "invalid") }
        let password = Secret(form["current"] ?? "")
        switch try await area.createKey(wanted.draft, password: password, at: visit.now) {
        case .made(let new):
            return visit.page(
                AccountKeyMadePage(name: new.stored.name, key: new.secret.revealedValue), decision: "key_made")
        case .full: return try await again(.full, 409, "full")
        case .refused(.invalid): return try await again(.unfit, 422, "invalid")
        case .refused(let outcome):
            guard let problem = PasswordProblem(outcome) else { return noKeys(visit) }
            return try await again(.password(problem), problem.status, problem.decision)
        }
    }

    @Sendable
    func askToReroll(_ visit: PageVisit, _ area: AccountArea) async throws -> ServerResponse {
        let id = try Self.name(try visit.query()["key"])
        return try await rerollPage(id, visit, area, problem: nil)
    }

    @Sendable
    func rerollKey(_ visit: PageVisit, _ area: AccountArea, _ form: FormParameters) async throws -> ServerResponse {
        let id = try Self.name(form["key"])
        switch try await area.rerollKey(id, password: Secret(form["current"] ?? ""), at: visit.now) {
        case .made(let new):
            return visit.page(
                AccountKeyMadePage(name: new.stored.name, key: new.secret.revealedValue), decision: "key_rerolled")
        // Rerolled or ended meanwhile: the list says how it is now.
        case .full, .refused(.conflict): return visit.redirect(to: visit.path(.keys), decision: "conflict")
        case .refused(let outcome):
            guard let problem = PasswordProblem(outcome) else {
                return visit.redirect(to: visit.path(.keys), decision: "gone")
            }
            return try await rerollPage(id, visit, area, problem: problem)
        }
    }

    private func rerollPage(
        _ id: GrantID, _ visit: PageVisit, _ area: AccountArea, problem: PasswordProblem?
    ) async throws -> ServerResponse {
        let keys = area.hasKeys ? try await area.apiKeys(at: visit.now) : []
        guard let key = keys.first(where: { $0.id == id }) else {
            return visit.redirect(to: visit.path(.keys), decision: "gone")
        }
        let page = AccountKeyRerollPage(
            id: id.rawValue, name: key.name,
            overlap: key.isLive(at: visit.now) ? visit.provider.policy.apiKeys.overlap : 0, problem: problem)
        return visit.page(page, status: problem?.status ?? 200, decision: problem?.decision ?? "shown")
    }

    /// People make no keys here.
    private func noKeys(_ visit: PageVisit) -> ServerResponse {
        visit.redirect(to: visit.path(.account), decision: "keys_not_offered")
    }

    private static func name(_ text: String?) throws(OAuthError) -> GrantID {
        guard let id = GrantID(text ?? "") else { throw OAuthError(.invalidRequest, "key is missing or malformed") }
        return id
    }

    private func page(_ wanted: NewKeyForm, _ area: AccountArea) async throws -> AccountNewKeyPage {
        let choices = try await area.keyResources().flatMap { offer in
            offer.scopes.map { scope in
                let value = "\(offer.resource.identifier) \(scope)"
                return AccountNewKeyPage.Choice(
                    value: value,
                    permission: .init(
                        scope: scope, resource: offer.resource.name,
                        description: offer.resource.scopeDescriptions[scope]),
                    isChosen: wanted.scopes.contains(value))
            }
        }
        return AccountNewKeyPage(
            name: wanted.name, choices: choices, lifetimes: wanted.lifetimes, lifetime: wanted.days)
    }

    private func permissions(
        _ scopes: [ResourceIndicator: Scope], _ visit: PageVisit
    ) async throws -> [AccountApplicationsPage.Item.Permission] {
        var permissions: [AccountApplicationsPage.Item.Permission] = []
        for (resource, scope) in scopes.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            let known = try await visit.provider.registry.resource(identifiedBy: resource)
            permissions += scope.tokens.map {
                .init(
                    scope: $0, resource: known?.name ?? resource.rawValue, description: known?.scopeDescriptions[$0])
            }
        }
        return permissions
    }
}

/// What a person wrote and ticked to make a key.
private struct NewKeyForm {
    var name = ""
    var scopes: [String] = []
    let lifetimes: [Int64]
    var days: Int64

    init(_ policy: APIKeyPolicy) {
        let most = max(1, policy.maximumLifetime / 86_400)
        let usual = min(max(1, policy.lifetime / 86_400), most)
        lifetimes = Set([7, 30, 90, 180, 365, usual]).filter { $0 <= most }.sorted()
        days = usual
    }

    init(_ form: FormParameters, _ policy: APIKeyPolicy) {
        self.init(policy)
        name = form["name"] ?? ""
        scopes = form.all("scope")
        if let chosen = form["days"].flatMap({ Int64($0) }), lifetimes.contains(chosen) { days = chosen }
    }

    var draft: APIKeyDraft {
        var tokens: [String: [Substring]] = [:]
        for text in scopes {
            let words = text.split(separator: " ", maxSplits: 1)
            guard words.count == 2 else { continue }
            tokens[String(words[0]), default: []].append(words[1])
        }
        let permissions = tokens.sorted { $0.key < $1.key }.map {
            PermissionDraft(resource: $0.key, scope: $0.value.joined(separator: " "))
        }
        return APIKeyDraft(name: name, permissions: permissions, lifetime: days * 86_400)
    }
}
