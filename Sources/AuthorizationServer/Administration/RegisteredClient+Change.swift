import JOSE
import OAuth
import Storage

/// What becomes of what was issued when a registration changes, whoever changes it.
enum IssuedBefore: Hashable {
    case stays
    /// Access tokens so far end; what people gave goes on within what is registered now.
    case tokensEnd
    /// So does what people gave, for good.
    case allEnds
}

extension RegisteredClient {
    /// What a change to `changed` does to all that was issued under this registration.
    func issuedBefore(changeTo changed: RegisteredClient, at now: NumericDate) -> IssuedBefore {
        let isDisabling = isEnabled && !changed.isEnabled
        // A grant type that is taken away takes with it what was issued by it.
        guard !isDisabling, grantTypes.allSatisfy(changed.grantTypes.contains) else { return .allEnds }
        guard changed.credentials.keepsProof(of: credentials, at: now), keepsReach(in: changed) else {
            return .tokensEnd
        }
        return .stays
    }

    /// Whether everything that people could be asked for still can be, under the same names for the people.
    private func keepsReach(in changed: RegisteredClient) -> Bool {
        guard let before = relyingParty, let after = changed.relyingParty else { return relyingParty == nil }
        let keepsResources = before.resourceScopes.allSatisfy { resource, scope in
            after.resourceScopes[resource].map { scope.isSubset(of: $0) } ?? false
        }
        // An application of the operator's own asked nobody: what it holds was never agreed to.
        return keepsResources && (!before.isFirstParty || after.isFirstParty)
            && before.identityScope.isSubset(of: after.identityScope)
            && before.subjectType == after.subjectType && before.sectorIdentifier == after.sectorIdentifier
    }
}

extension OpenIDProvider {
    /// Stores a changed client in one transaction with all that the change ends.
    func save(
        _ client: RegisteredClient, _ issued: IssuedBefore, recording event: AuditEvent
    ) async throws -> Change {
        let epoch = EpochKey.client(client.id)
        let ending =
            switch issued {
            case .stays: ClientEnding(try await store.update(client, advancing: [], recording: event))
            case .tokensEnd: ClientEnding(try await store.update(client, advancing: [epoch], recording: event))
            case .allEnds:
                try await store.update(client, advancing: [epoch], ending: .clientDisabled, recording: event)
            }
        registry.forgetClient(client.id)
        revocations.apply(ending, at: event.at)
        return ending.change
    }
}

extension RegisteredCredentials {
    /// Whether somebody who could prove to be the client by `old` still can. Where nobody can, the change is not the
    /// usual rotation, in which the old and the new overlap: whoever had the old ones is to be out.
    func keepsProof(of old: RegisteredCredentials, at now: NumericDate) -> Bool {
        guard method == old.method else { return false }
        guard !method.usesSecret else {
            let live = old.secrets.filter { $0.isLive(at: now) }.map(\.id)
            return live.isEmpty || secrets.contains { $0.isLive(at: now) && live.contains($0.id) }
        }
        guard keySetURL == old.keySetURL else { return false }
        guard let keys = old.keySet?.keys, !keys.isEmpty else { return true }
        return keySet?.keys.contains(where: keys.contains) ?? false
    }
}
