package import JOSE
package import OAuth
import Storage

extension OpenIDProvider {
    /// Raises the alarm of a honey key that came to where no key is accepted, or beside something that was refused before
    /// anybody looked at the key. Changes nothing in the answer, and is silent about every other text.
    ///
    /// For requests that ``APIKeyCheck`` never saw: those that it refused have raised theirs. What has not the checksum of a
    /// key is not looked up, so that a stranger's inventions cost the store nothing.
    package func notice(
        keyIn text: Secret, at endpoint: String, client: ClientID? = nil, caller: Caller, now: NumericDate
    ) async {
        // The answer must not depend on it, so neither does it on a store that is away.
        guard let text = APIKeyText(text), let key = try? await store.apiKey(TokenHash(of: text.secret)), key.isHoney
        else { return }
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
                address: caller.address, requestID: caller.requestID, detail: detail, decision: decision ?? ""))
        bell.ring(
            Alarm(.honeyKeyUsed, key, actor: actor, address: caller.address, requestID: caller.requestID), at: now)
    }
}
