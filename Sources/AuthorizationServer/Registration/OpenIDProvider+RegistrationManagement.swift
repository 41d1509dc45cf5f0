package import JOSE
package import OAuth
import Storage

/// Clients that manage their own registration (RFC 7592), each with the token that it was given for that.
extension OpenIDProvider {
    /// Changes of one client that one update sits through before it gives up: more than the throttle usually lets in at
    /// once, so that a client's own updates do not fail each other.
    private static let updateAttempts = 24

    package func registration(
        of id: ClientID, with token: Secret, caller: Caller, at now: NumericDate
    ) async throws -> Answered<ClientRegistration> {
        try await auditing("registration", caller, now) {
            try answer(try await registered(id, token, caller, now), secret: nil, access: token, "read")
        }
    }

    /// Replaces all that is registered: what is left out is gone or has its default (RFC 7592 §2.2).
    package func updateRegistration(
        of id: ClientID, to body: [UInt8], with token: Secret, caller: Caller, at now: NumericDate
    ) async throws -> Answered<ClientRegistration> {
        try await auditing("registration", caller, now) {
            let stored = try await registered(id, token, caller, now)
            try registrationThrottle.admitChange(of: id, from: caller, at: now)
            let request = try RegistrationRequest(body, isUpdate: true)
            guard request.metadata.clientID == id.rawValue else {
                throw OAuthError(.invalidClientMetadata, "client_id must be the client's own")
            }
            try checkSecret(request, of: stored, at: now)
            let described = try request.client(
                policy.registration, token: TokenHash(of: token), secrets: secrets, at: now)
            try await sectors.check(request.metadata)
            var current = stored
            for _ in 0..<Self.updateAttempts {
                if let answer = try await replace(current, by: described, access: token, caller: caller, at: now) {
                    return answer
                }
                // Another change came first. An update replaces all values: this one goes on from what that left.
                current = try await registered(id, token, caller, now)
                try checkSecret(request, of: current, at: now)
            }
            throw StoreError.busy
        }
    }

    package func deleteRegistration(
        of id: ClientID, with token: Secret, caller: Caller, at now: NumericDate
    ) async throws -> Answered<Void> {
        try await auditing("registration", caller, now) {
            let client = try await registered(id, token, caller, now)
            try registrationThrottle.admitChange(of: id, from: caller, at: now)
            try await remove(id, recording: registrationEvent("client.deleted", client, caller, now))
            return Answered((), DecisionFacts("deleted", client: id))
        }
    }

    /// The client, if the token is its own. One answer for all that does not fit (RFC 7592 §2.1): nobody learns from it
    /// which clients there are.
    private func registered(
        _ id: ClientID, _ token: Secret, _ caller: Caller, _ now: NumericDate
    ) async throws -> RegisteredClient {
        try registrationThrottle.admit(caller, at: now)
        guard let client = try await store.client(id), let hash = client.relyingParty?.registrationToken,
            hash == TokenHash(of: token)
        else {
            registrationThrottle.recordWrongToken(from: caller, at: now)
            throw Rejection.registrationTokenWrong
        }
        // RFC 7592 §2.1: known, but not allowed to any more.
        guard client.isEnabled else { throw Rejection.rightMissing(id, required: "registration") }
        return client
    }

    /// RFC 7592 §2.2: a secret in the update is the one that the client has.
    private func checkSecret(
        _ request: RegistrationRequest, of stored: RegisteredClient, at now: NumericDate
    ) throws(OAuthError) {
        guard let secret = request.metadata.clientSecret else { return }
        let hash = TokenHash(of: secret)
        guard stored.credentials.secrets.contains(where: { $0.isLive(at: now) && $0.hash == hash }) else {
            throw OAuthError(.invalidClientMetadata, "client_secret must be the one that was given")
        }
    }

    /// `nil` if the client is no longer as it is `stored` here: nothing was changed.
    private func replace(
        _ stored: RegisteredClient, by described: RegisteredClient, access: Secret, caller: Caller,
        at now: NumericDate
    ) async throws -> Answered<ClientRegistration>? {
        var client = stored
        client.name = described.name
        client.grantTypes = described.grantTypes
        client.relyingParty = described.relyingParty
        // What an administrator gave stays; being the operator's own does not survive addresses that nobody looked at.
        client.relyingParty?.resourceScopes = stored.relyingParty?.resourceScopes ?? [:]
        client.relyingParty?.defaultResource = stored.relyingParty?.defaultResource
        client.credentials = described.credentials
        var secret: Secret?
        if client.credentials.method.usesSecret {
            client.credentials.secrets = stored.credentials.secrets.filter { $0.isLive(at: now) }
            if client.credentials.secrets.isEmpty {
                secret = try client.credentials.addSecret(secrets: secrets, at: now).secret
            }
        }
        try await keys.ensureKeys(for: client.relyingParty, by: "client:\(client.id)", from: caller, at: now)
        client.relyingParty?.keepFormerAlgorithms(of: stored.relyingParty, keyRing.snapshot, at: now)
        // What people agreed to in the very second of a change, they may have agreed to before it.
        client.updatedAt = max(stored.updatedAt, now + .seconds(1))
        let event = registrationEvent("client.updated", client, caller, now)
        let issued =
            Self.isAnother(client, than: stored) ? .allEnds : stored.issuedBefore(changeTo: client, at: now)
        switch try await save(client, issued, recording: event) {
        case .done: return try answer(client, secret: secret, access: access, "updated")
        case .missing: throw Rejection.registrationTokenWrong
        case .conflict: return nil
        }
    }

    /// Whether what people gave to the one is not for the other: it does not go on at other addresses, under other
    /// names for the people, or without the proof of who asks. An administrator may change these and vouches for it.
    private static func isAnother(_ client: RegisteredClient, than stored: RegisteredClient) -> Bool {
        stored.relyingParty?.redirectURIs != client.relyingParty?.redirectURIs
            || stored.relyingParty?.subjectType != client.relyingParty?.subjectType
            || stored.relyingParty?.sectorIdentifier != client.relyingParty?.sectorIdentifier
            || stored.credentials.method != client.credentials.method
    }
}
