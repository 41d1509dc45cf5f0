package import JOSE
package import OAuth
import Storage

/// An application that may do something in a person's name.
package struct ConnectedApplication: Hashable, Sendable {
    package let client: ClientID
    /// As it is registered; its id if it is not any more.
    package let name: String
    /// Where it is at home, for the person to read; `nil` if it does not say, or is a program on their own device.
    package let host: String?
    /// It registered itself: what it says of itself was not looked at by anybody.
    package let isUnverified: Bool
    /// Where it lets itself be told to sign the person in (OpenID Core §4).
    package let initiateLoginURI: String?
    package let identityScope: Scope
    package let resourceScopes: [ResourceIndicator: Scope]
    /// Also when the person is not signed in.
    package let isOffline: Bool
    /// When the person first agreed, or first used it.
    package let since: NumericDate
    package let lastUsedAt: NumericDate
}

extension AccountArea {
    /// The applications with access, in the order of their names.
    package func applications(at now: NumericDate) async throws -> [ConnectedApplication] {
        let authorizations = Dictionary(
            grouping: try await store.authorizations(of: user.id, at: now), by: \.client)
        let consents = try await store.consents(of: user.id)
        let clients = Set(authorizations.keys).union(consents.map(\.client))
        var applications: [ConnectedApplication] = []
        for client in clients {
            let consent = consents.first { $0.client == client }
            applications.append(try await application(client, consent, authorizations[client] ?? []))
        }
        return applications.sorted { ($0.name, $0.client.rawValue) < ($1.name, $1.client.rawValue) }
    }

    private func application(
        _ id: ClientID, _ consent: Consent?, _ given: [Authorization]
    ) async throws -> ConnectedApplication {
        let registered = try await store.client(id)
        var identity = consent?.identityScope.tokens ?? []
        var resources = (consent?.resourceScopes ?? [:]).mapValues(\.tokens)
        for authorization in given {
            identity += authorization.identityScope.tokens
            resources.merge(authorization.resourceScopes.mapValues(\.tokens), uniquingKeysWith: +)
        }
        let moments = given.map(\.createdAt) + (consent.map { [$0.givenAt, $0.updatedAt] } ?? [])
        let initiateLoginURI = registered.flatMap { $0.isEnabled ? $0.relyingParty?.initiateLoginURI : nil }
        return ConnectedApplication(
            client: id, name: registered?.name ?? id.rawValue,
            host: registered?.relyingParty?.home(opening: initiateLoginURI),
            isUnverified: registered?.relyingParty?.isSelfRegistered ?? false, initiateLoginURI: initiateLoginURI,
            identityScope: Scope(unchecked: identity), resourceScopes: resources.mapValues(Scope.init(unchecked:)),
            isOffline: given.contains(where: \.isOffline), since: moments.min() ?? user.createdAt,
            lastUsedAt: moments.max() ?? user.createdAt)
    }

    /// Ends all that the person gave to an application, and forgets that they agreed.
    package func endApplication(_ client: ClientID, at now: NumericDate) async throws -> AccountOutcome {
        let event = event("application.ended", detail: "\(ClientMention(client))", at: now)
        // A consent that nothing hangs from ends without a trace in what the store returns.
        try await provider.end(
            .application(user.id, client), because: .applicationEnded, with: Effects([event]), at: now)
        return .done
    }
}

extension RelyingParty {
    /// The host that a person is shown. The home page of a client that registered itself is a claim; where it is
    /// opened, or else where its answers go, is not.
    fileprivate func home(opening address: String?) -> String? {
        guard isSelfRegistered else { return (homeURI ?? address).flatMap(Self.host) }
        if let host = address.flatMap(Self.host) { return host }
        let hosts = Set(redirectURIs.compactMap(Self.host)).sorted()
        return hosts.isEmpty ? nil : hosts.joined(separator: ", ")
    }

    /// `nil` for a program on the person's own device.
    private static func host(_ address: String) -> String? {
        RedirectURI.match(address, registered: [address], allowingLoopbackPorts: false)
            .flatMap { $0.isOnDevice ? nil : $0.host }
    }
}
