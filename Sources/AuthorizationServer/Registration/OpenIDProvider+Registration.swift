package import JOSE
package import OAuth
import Risk
import Storage

/// Clients that register themselves (RFC 7591). Off unless the operator says otherwise.
extension OpenIDProvider {
    /// - Parameter token: the initial access token that was presented, if any.
    package func registerClient(
        _ body: [UInt8], with token: Secret?, caller: Caller, at now: NumericDate
    ) async throws -> Answered<ClientRegistration> {
        try await auditing("registration", caller, now) {
            let address = AddressPrefix(caller.address)
            if let wait = registrations.wait(for: address, at: now) { throw Rejection.throttled(nil, retryAfter: wait) }
            // RFC 7591 §3: where anybody may come, attempts that fail cost as much as those that do not.
            guard !policy.registration.isOpen, let token else {
                registrations.recordFailure(of: address, at: now)
                return try await register(body, with: nil, caller: caller, at: now)
            }
            do {
                // An initial access token says itself how often it is good for one.
                return try await register(body, with: token, caller: caller, at: now)
            } catch {
                registrations.recordFailure(of: address, at: now)
                throw error
            }
        }
    }

    private func register(
        _ body: [UInt8], with token: Secret?, caller: Caller, at now: NumericDate
    ) async throws -> Answered<ClientRegistration> {
        let spending = try await initialAccess(token, at: now)
        let request = try RegistrationRequest(body, isUpdate: false)
        return try await register(request, spending: spending, caller: caller, at: now)
    }

    /// What is spent by registering: `nil` where nothing is demanded.
    private func initialAccess(_ token: Secret?, at now: NumericDate) async throws -> TokenHash? {
        guard !policy.registration.isOpen else { return nil }
        guard let hash = token.map({ TokenHash(of: $0) }),
            try await store.acceptsInitialAccessToken(hash, at: now)
        else { throw Rejection.registrationTokenWrong }
        return hash
    }

    private func register(
        _ request: RegistrationRequest, spending: TokenHash?, caller: Caller, at now: NumericDate
    ) async throws -> Answered<ClientRegistration> {
        let access = secrets.secret(.registration)
        var client = try request.client(
            policy.registration, token: TokenHash(of: access), secrets: secrets, at: now)
        // Last of all that is judged, so that only what is well formed makes this server ask another.
        try await sectors.check(request.metadata)
        let secret =
            client.credentials.method.usesSecret
            ? try client.credentials.addSecret(secrets: secrets, at: now).secret : nil
        let terms = RegistrationTerms(
            spending: spending, maximumClients: policy.registration.maximumClients, at: now)
        try await keys.ensureKeys(for: client.relyingParty, by: "anonymous", from: caller, at: now)
        let event = registrationEvent("client.registered", client, caller, now)
        switch try await store.register(client, on: terms, recording: event) {
        case .done: break
        case .tokenRefused: throw Rejection.registrationTokenWrong
        case .full: throw Rejection.registrationsFull
        case .exists: throw StoreError.busy
        }
        registry.forgetClient(client.id)
        return try answer(client, secret: secret, access: access, "registered")
    }

    func registrationEvent(
        _ action: String, _ client: RegisteredClient, _ caller: Caller, _ now: NumericDate
    ) -> AuditEvent {
        let isNew = action == "client.registered"
        return AuditEvent(
            at: now, action: action, actor: isNew ? "anonymous" : "client:\(client.id)", target: "client:\(client.id)",
            address: caller.address, requestID: caller.requestID, detail: client.credentials.method.rawValue)
    }

    func answer(
        _ client: RegisteredClient, secret: Secret?, access: Secret, _ decision: String
    ) throws -> Answered<ClientRegistration> {
        guard let party = client.relyingParty else { throw Rejection.registrationTokenWrong }
        let registration = ClientRegistration(
            clientID: client.id, clientSecret: secret, issuedAt: client.createdAt, accessToken: access,
            registrationURI: issuer.url(of: .registration) + "/" + client.id.rawValue,
            metadata: ClientMetadata(client, party))
        return Answered(registration, DecisionFacts(decision, client: client.id))
    }

    func auditing<Response>(
        _ endpoint: String, _ caller: Caller, _ now: NumericDate, _ body: () async throws -> Response
    ) async throws -> Response {
        do { return try await body() } catch let rejection as Rejection {
            await record(rejection, of: endpoint, caller: caller, at: now)
            throw rejection
        } catch let error as OAuthError {
            recordRefusal(
                of: endpoint, reason: error.code.rawValue, client: nil, caller: caller, at: now,
                evidence: Evidence(error.description))
            throw error
        }
    }

    /// Clients that registered and were never used, or are not any more.
    func removeUnusedRegistrations(at now: NumericDate) async throws {
        let before = now - .seconds(policy.registration.unusedLifetime)
        for id in try await store.unusedRegistrations(before: before, limit: 100) {
            try await remove(
                id,
                recording: AuditEvent(
                    at: now, action: "client.expired", actor: "system", target: "client:\(id)",
                    detail: "registered itself and is not used"))
        }
    }

    /// Removes a client and ends all that was issued to it, at once.
    func remove(_ id: ClientID, recording event: AuditEvent) async throws {
        let ending = try await store.deleteClient(id, advancing: [.client(id)], recording: event)
        registry.forgetClient(id)
        revocations.apply(ending, at: event.at)
    }
}
