package import JOSE
import OAuth
import Storage

/// Tells clients that a session, or what they had in it, has ended (OpenID Back-Channel Logout §2), off the request
/// path: a client that is slow or away delays neither the person nor the other clients.
struct BackchannelLogout: Sendable {
    let issuer: Issuer
    let store: any Store
    let transport: any LogoutTransport
    let keys: KeyRing.Snapshot
    let pairwise: PairwiseSubjects
    let secrets: SecretGenerator
    let underway: LogoutsUnderway

    /// Deliveries of one run; bounded, so that a run does not go on for ever with the time that it began at.
    static let batch = 64
    /// Seconds that a logout token may be accepted; at most two minutes (§2.4).
    static let tokenLifetime: Int64 = 120

    /// Sends what is due; runs may overlap. What is over makes room for the next as long as `goesOn`; what has to wait
    /// makes none, as the client would let the next wait, too. Returns what the store or a key could not do.
    func run(at now: NumericDate, while goesOn: () -> Bool) async -> [any Error] {
        await withTaskGroup(of: Attempt.self) { group in
            var problems: [any Error] = []
            var begun = 0
            var isRoom = true
            while true {
                if isRoom {
                    do {
                        for delivery in try await underway.claim(from: store, at: now) {
                            begun += 1
                            group.addTask { await attempt(delivery, at: now) }
                        }
                    } catch { problems.append(error) }
                }
                guard let ended = await group.next() else { return problems }
                if let problem = ended.problem { problems.append(problem) }
                isRoom = ended.isOver && begun < Self.batch && problems.isEmpty && goesOn()
            }
        }
    }

    /// How it went with one token.
    private struct Attempt: Sendable {
        var problem: (any Error)?
        /// Delivered, or given up.
        var isOver = false
    }

    private func attempt(_ delivery: LogoutDelivery, at now: NumericDate) async -> Attempt {
        var attempt = Attempt()
        do { attempt.isOver = try await deliver(delivery, at: now) } catch { attempt.problem = error }
        underway.release(delivery.id)
        return attempt
    }

    /// Whether the client need not be told again.
    private func deliver(_ delivery: LogoutDelivery, at now: NumericDate) async throws -> Bool {
        let registered = try await store.client(delivery.client)?.relyingParty
        guard let party = delivery.relyingParty ?? registered, let url = party.backchannelLogoutURI else {
            try await store.finishLogout(delivery.id, recording: nil)
            return true
        }
        guard let key = keys.signer(party.idTokenAlgorithm, after: party.formerIDTokenAlgorithm, at: now)
        else {
            try await store.postponeLogout(delivery.id, until: now + .seconds(5))
            return false
        }
        let token = try key.logoutTokenSigner.sign(claims(for: party, delivery, at: now).json)
        var form = FormWriter()
        form.append("logout_token", token)
        let status = try? await transport.post(form.bytes, to: url)
        switch status {
        case 200?, 202?, 204?:
            try await store.finishLogout(delivery.id, recording: nil)
            return true
        case 400?:
            // §2.8: the client could not make sense of it, and will not of another one.
            try await giveUp(delivery, "refused the token", at: now)
            return true
        default:
            try await postpone(delivery, status.map { "answered \($0)" } ?? "did not answer", at: now)
            return false
        }
    }

    private func claims(
        for party: RelyingParty, _ delivery: LogoutDelivery, at now: NumericDate
    ) -> LogoutTokenClaims {
        LogoutTokenClaims(
            issuer: issuer, audience: delivery.client, tokenID: TokenID(unchecked: secrets.identifier()), issuedAt: now,
            expiresAt: now + .seconds(Self.tokenLifetime),
            subject: pairwise.subject(delivery.subject, for: delivery.client, registeredAs: party),
            session: pairwise.session(delivery.session, for: delivery.client))
    }

    private func postpone(_ delivery: LogoutDelivery, _ reason: String, at now: NumericDate) async throws {
        let next = now + .seconds(Self.delay(after: delivery.attempts))
        guard next < delivery.expiresAt else {
            try await giveUp(delivery, reason, at: now)
            return
        }
        try await store.postponeLogout(delivery.id, until: next)
    }

    /// Seconds: 2, 4, 8 … up to ten minutes.
    static func delay(after attempts: Int) -> Int64 { min(600, 2 << Int64(min(max(0, attempts), 9))) }

    private func giveUp(_ delivery: LogoutDelivery, _ reason: String, at now: NumericDate) async throws {
        let event = AuditEvent(
            at: now, action: "logout.failed", outcome: .refusal, actor: "system", target: "client:\(delivery.client)",
            detail: "the client \(reason)")
        try await store.finishLogout(delivery.id, recording: event)
    }
}

extension OpenIDProvider {
    /// Sends the logout tokens that are due. Meant for every second, also while an earlier call still waits for a client:
    /// together they send ``LogoutsUnderway/atOnce`` at once, and few of them to one client. A call begins nothing more
    /// once `goesOn` says no. Returns what went wrong.
    package func deliverLogouts(at now: NumericDate, while goesOn: () -> Bool = { true }) async -> [UpkeepProblem] {
        guard let transport = outbound.logout else { return [] }
        let logout = BackchannelLogout(
            issuer: issuer, store: store, transport: transport, keys: keyRing.snapshot, pairwise: pairwise,
            secrets: secrets, underway: outbound.logoutsUnderway)
        return await logout.run(at: now, while: goesOn).map { UpkeepProblem(work: "logouts", error: $0) }
    }
}
