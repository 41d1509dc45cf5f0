package import JOSE
package import OAuth
import Storage
import Synchronization

/// The honey keys as the store last told of them. Only for alarms while it is away: otherwise its own word counts.
///
/// They are few, and nobody but administrators makes them.
final class HoneyKeyMemory: Sendable {
    private struct State {
        var keys: [TokenHash: APIKey] = [:]
        /// Keys that were added one by one, ever.
        var additions: Int64 = 0
    }

    /// Of more, the newest.
    static let capacity = 1000
    /// Seconds between two readings.
    static let interval: Int64 = 60
    private let state = Mutex(State())

    func key(_ hash: TokenHash) -> APIKey? { state.withLock { $0.keys[hash] } }

    /// A key that was just made; every other kind of key is nothing to remember.
    func add(_ key: APIKey) {
        guard key.isHoney else { return }
        state.withLock { state in
            state.additions &+= 1
            guard state.keys.count < Self.capacity else { return }
            state.keys[key.hash] = key
        }
    }

    /// Takes what the store says now. A key that is made meanwhile may be missing there, and then the next reading
    /// counts.
    func refresh(from store: any APIKeyStore) async throws {
        let additions = state.withLock { $0.additions }
        let found = try await store.apiKeys(of: .nobody).prefix(Self.capacity)
        state.withLock { state in
            guard state.additions == additions else { return }
            state.keys = Dictionary(found.map { ($0.hash, $0) }) { first, _ in first }
        }
    }
}

extension OpenIDProvider {
    /// Raises the alarm of a honey key that came to where no key is accepted, or beside something that was refused before
    /// anybody looked at the key. Changes nothing in the answer, and is silent about every other text.
    ///
    /// For requests that ``APIKeyCheck`` never saw: those that it refused have raised theirs. What has not the checksum of a
    /// key is not looked up, so that a stranger's inventions cost the store nothing.
    package func notice(
        keyIn text: Secret, at endpoint: String, client: ClientID? = nil, caller: Caller, now: NumericDate
    ) async {
        guard let text = APIKeyText(text), let key = await honeyKey(TokenHash(of: text.secret)) else { return }
        raiseHoneyAlarm(of: key, at: endpoint, client: client, caller: caller, now: now)
    }

    /// The same for a request that came to nothing because the store is away or busy, without asking it once more. The
    /// audit log and whoever wants to hear of it are told when the store is back.
    func noticeWithoutStore(keyIn text: Secret, at endpoint: String, caller: Caller, now: NumericDate) {
        guard let text = APIKeyText(text), let key = honeyKeys.key(TokenHash(of: text.secret)) else { return }
        raiseHoneyAlarm(of: key, at: endpoint, client: nil, caller: caller, now: now)
    }

    /// The answer must not depend on it, so neither does the alarm on a store that is away.
    private func honeyKey(_ hash: TokenHash) async -> APIKey? {
        do {
            guard let key = try await store.apiKey(hash), key.isHoney else { return nil }
            return key
        } catch { return honeyKeys.key(hash) }
    }

    private func raiseHoneyAlarm(
        of key: APIKey, at endpoint: String, client: ClientID?, caller: Caller, now: NumericDate
    ) {
        let reason = Rejection.apiKeyRefused(.honey, key.id, retryAfter: nil).reason
        raiseHoneyAlarm(
            of: key, detail: "\(reason): \(endpoint)", decision: decisions.name(ofRequest: caller.requestID)?.rawValue,
            client: client, caller: caller, at: now)
    }

    /// Tells the audit log of each use of a honey key, and rings the bell.
    func raiseHoneyAlarm(
        of key: APIKey, detail: String, decision: String?, client: ClientID?, caller: Caller, at now: NumericDate
    ) {
        let actor = client.map { "client:\($0)" } ?? "anonymous"
        refusals.record(
            AuditEvent(
                at: now, action: "api_key.honey_used", outcome: .refusal, actor: actor, target: key.mention,
                address: caller.address, requestID: caller.requestID, detail: detail, decision: decision ?? ""),
            isAlarm: true)
        bell.ring(
            Alarm(.honeyKeyUsed, key, actor: actor, address: caller.address, requestID: caller.requestID), at: now)
    }
}
