package import JOSE
package import OAuth
package import Storage
import Synchronization

/// What an operator should hear of at once.
package struct Alarm: Hashable, Sendable {
    package enum Kind: String, CaseIterable, Hashable, Sendable {
        /// A key that nobody should have was used: somebody has read what they should not.
        case honeyKeyUsed = "honey_key_used"
        /// A key was reported as leaked, and has ended.
        case keyLeaked = "api_key_leaked"
    }

    package let kind: Kind
    package let key: GrantID
    package let name: String
    package let owner: APIKeyOwner
    /// Who showed the key or reported it, as the audit log names them.
    package let actor: String
    /// Where that came from.
    package let address: String
    package let requestID: String

    init(_ kind: Kind, _ key: APIKey, actor: String, address: String, requestID: String) {
        self.kind = kind
        self.key = key.id
        name = key.name
        owner = key.owner
        self.actor = actor
        self.address = address
        self.requestID = requestID
    }

    /// What a webhook is told, but for who says it, when and to whom.
    func claims(at now: NumericDate) -> JSONObject {
        JSONObject([
            ("alarm", .string(kind.rawValue)), ("at", .integer(now.secondsSince1970)), ("key", .string(key.rawValue)),
            ("key_name", .string(name)), ("owner", .string(owner.mention)), ("actor", .string(actor)),
            ("address", .string(address)), ("request_id", .string(requestID)),
        ])
    }
}

/// Takes alarms on the request path without waiting for anything, so that nobody can tell from the time of an answer that
/// there was one, and keeps them until the next second writes them down.
final class AlarmBell: Sendable {
    private struct Source: Hashable {
        let kind: Alarm.Kind
        let key: GrantID
    }

    private struct State {
        var waiting: [(alarm: Alarm, at: NumericDate)] = []
        var told: [Source: NumericDate] = [:]
        var counts: [Alarm.Kind: Int64] = [:]
    }

    /// Seconds in which one key is told of once; the audit log and the metric count every time.
    static let interval: Int64 = 3600
    private static let capacity = 1000
    private let state = Mutex(State())

    func ring(_ alarm: Alarm, at now: NumericDate) {
        state.withLock { state in
            state.counts[alarm.kind, default: 0] &+= 1
            let source = Source(kind: alarm.kind, key: alarm.key)
            if let last = state.told[source], now < last + .seconds(Self.interval) { return }
            if state.told.count >= Self.capacity {
                state.told = state.told.filter { now < $0.value + .seconds(Self.interval) }
            }
            guard state.waiting.count < Self.capacity, state.told.count < Self.capacity else { return }
            state.told[source] = now
            state.waiting.append((alarm, now))
        }
    }

    func take() -> [(alarm: Alarm, at: NumericDate)] {
        state.withLock { state in
            defer { state.waiting = [] }
            return state.waiting
        }
    }

    /// For another try: what could not be written down.
    func putBack(_ alarms: [(alarm: Alarm, at: NumericDate)]) {
        state.withLock { $0.waiting.insert(contentsOf: alarms, at: 0) }
    }

    var counts: [Alarm.Kind: Int64] { state.withLock { $0.counts } }
}

extension OpenIDProvider {
    /// How often each kind of alarm was raised since the start, for metrics.
    package var alarmCounts: [Alarm.Kind: Int64] { bell.counts }

    /// Writes down what was raised, and tells who wants to hear of it. Meant for every second; one call at a time.
    /// Returns what went wrong.
    package func deliverAlarms(at now: NumericDate) async -> [UpkeepProblem] {
        var problems = await quarantineReported(at: now)
        let waiting = bell.take()
        do {
            var effects = Effects([])
            for (alarm, moment) in waiting { try add(alarm, at: moment, to: &effects) }
            if !effects.mails.isEmpty || !effects.alarms.isEmpty { try await store.record(effects) }
        } catch {
            bell.putBack(waiting)
            problems.append(UpkeepProblem(work: "alarms", error: error))
        }
        do { try await tellAlarms(at: now) } catch { problems.append(UpkeepProblem(work: "alarms", error: error)) }
        return problems
    }

    private func add(_ alarm: Alarm, at now: NumericDate, to effects: inout Effects) throws {
        let wishes = policy.apiKeys.alarms
        if let address = wishes.mail, outbound.mail != nil {
            let message: MailMessage =
                switch alarm.kind {
                case .honeyKeyUsed:
                    .honeyKeyUsed(key: alarm.key, name: alarm.name, address: alarm.address, at: now)
                case .keyLeaked: .leakedKeyReported(key: alarm.key, name: alarm.name, address: alarm.address, at: now)
                }
            let (subject, text, language) = composer.subjectAndText(of: message, in: [])
            let mail = OutgoingMail(
                id: secrets.identifier(), person: Self.operatorSubject, recipient: address, subject: subject,
                text: text, language: language)
            effects.mails.append(try mail.sealed(by: sealer, at: now, lifetime: policy.people.mailLifetime))
        }
        if wishes.webhook != nil {
            effects.alarms.append(
                AlarmItem(
                    id: secrets.identifier(), claims: String(decoding: alarm.claims(at: now).jsonBytes, as: UTF8.self),
                    nextAttemptAt: now, expiresAt: now + .seconds(AlarmItem.lifetime)))
        }
    }

    /// As whom the audit log names the reader of alarms when a mail to them fails.
    private static let operatorSubject = Subject(unchecked: "operator")

    /// Sends the alarms that are due to the webhook, each as a JWT of its own type: no verifier takes it for a token.
    private func tellAlarms(at now: NumericDate) async throws {
        guard let url = policy.apiKeys.alarms.webhook, let transport = outbound.logout else { return }
        for item in try await store.dueAlarms(at: now, limit: 16) {
            guard let key = keyRing.snapshot.signing.last(where: { $0.record.mayMakeTokens(at: now) }) else { return }
            var claims = JSONObject([
                ("iss", .string(issuer.rawValue)), ("aud", .string(url)), ("jti", .string(item.id)),
                ("iat", .integer(now.secondsSince1970)),
                ("exp", .integer(now.secondsSince1970 &+ BackchannelLogout.tokenLifetime)),
            ])
            for (name, value) in try JSONObject(parsing: Array(item.claims.utf8)).members { claims[name] = value }
            var form = FormWriter()
            form.append("alarm", try key.alarmSigner.sign(claims.jsonBytes))
            let status = try? await transport.post(form.bytes, to: url)
            if let status, (200...299).contains(status) {
                try await store.finishAlarm(item.id, recording: nil)
                continue
            }
            let next = now + .seconds(BackchannelLogout.delay(after: item.attempts))
            guard next < item.expiresAt else {
                let event = AuditEvent(
                    at: now, action: "alarm.failed", outcome: .refusal, actor: "system", target: "alarm:\(item.id)",
                    detail: status.map { "the webhook answered \($0)" } ?? "the webhook did not answer")
                try await store.finishAlarm(item.id, recording: event)
                continue
            }
            try await store.postponeAlarm(item.id, until: next)
        }
    }
}
