import Crypto
public import JOSE
public import OAuth
import Synchronization

/// Asks the issuer about tokens that only it can read: opaque access tokens and API keys (RFC 7662).
///
/// It asks about one token once at a time, remembers answers for seconds, and says that nobody can judge when it gets
/// none.
public final class IntrospectionClient: Sendable {
    public let policy: IntrospectionPolicy
    private let discovery: IssuerDiscovery
    private let id: ClientID
    private let authentication: ClientAuthentication
    private let reader: IntrospectionReader
    private let random: SecretGenerator
    /// Holds what an answer depends on beside the token: who asks whom.
    private let context: SHA256
    private let active: RecentMemory<IntrospectionAnswer>
    /// Apart, so that invented tokens do not push out good ones.
    private let inactive: RecentMemory<IntrospectionAnswer>
    private let turnstile: Turnstile
    private let asking = Mutex<[TokenFingerprint: Task<Result<IntrospectionAnswer, IssuerUnavailable>, Never>]>([:])

    /// What a protected resource is registered with at the issuer.
    public struct Registration: Sendable {
        public let resource: ResourceIndicator
        public let id: ClientID
        public let authentication: ClientAuthentication

        public init(resource: ResourceIndicator, id: ClientID, authentication: ClientAuthentication) {
            self.resource = resource
            self.id = id
            self.authentication = authentication
        }
    }

    public init(
        _ discovery: IssuerDiscovery, as registration: Registration,
        policy: IntrospectionPolicy = IntrospectionPolicy(), random: SecretGenerator = .system
    ) {
        self.discovery = discovery
        self.policy = policy
        self.random = random
        id = registration.id
        authentication = registration.authentication
        reader = IntrospectionReader(issuer: discovery.issuer, audience: [registration.resource], policy: policy)
        var context = SHA256()
        for part in [discovery.issuer.rawValue, registration.id.rawValue, registration.resource.rawValue] {
            context.update(data: Array(part.utf8) + [0])
        }
        self.context = context
        active = RecentMemory(capacity: policy.tokens)
        inactive = RecentMemory(capacity: policy.tokens)
        turnstile = Turnstile(limit: policy.concurrency, queue: policy.concurrency * 16)
    }

    /// What the token says, if the issuer says that it is good here.
    /// - Parameter version: of the revocations that are known; a good answer from before the last one is asked again.
    public func token(
        _ text: Secret, at now: NumericDate, revocations version: UInt64 = 0
    ) async throws(AccessRefusal) -> AccessToken {
        guard Self.canBeToken(text) else { throw .invalidToken(.malformed) }
        let fingerprint = TokenFingerprint(text, in: context)
        if let known = remembered(fingerprint, at: now, version) { return try judged(known, at: now) }
        let found = await question(text, fingerprint, at: now, version).value
        switch found {
        case .success(let answer): return try judged(answer, at: now)
        case .failure(let error): throw .unavailable(error)
        }
    }

    /// How many answers are remembered now, for metrics.
    public var rememberedAnswers: Int { active.count + inactive.count }

    /// A secret of the issuer's own kinds with a wrong checksum cannot be one, and need not be asked about.
    private static func canBeToken(_ text: Secret) -> Bool {
        let text = text.revealedValue
        guard text.hasPrefix(SecretText.Kind.apiKey.prefix) else { return true }
        return SecretText(text) != nil
    }

    private func judged(_ answer: IntrospectionAnswer, at now: NumericDate) throws(AccessRefusal) -> AccessToken {
        switch answer.outcome {
        case .failure(let problem): throw .invalidToken(problem)
        case .success(let token):
            // The issuer's clock judged it when it was asked; until it is asked again ours does.
            guard now < token.expiresAt else { throw .invalidToken(.expired) }
            return token
        }
    }

    private func remembered(
        _ fingerprint: TokenFingerprint, at now: NumericDate, _ version: UInt64
    ) -> IntrospectionAnswer? {
        if let answer = active[fingerprint], answer.isGood(at: now, version: version) { return answer }
        if let answer = inactive[fingerprint], answer.isGood(at: now, version: version) { return answer }
        return nil
    }

    /// The question that is under way, or a new one. It goes on when who began it gives up.
    private func question(
        _ text: Secret, _ fingerprint: TokenFingerprint, at now: NumericDate, _ version: UInt64
    ) -> Task<Result<IntrospectionAnswer, IssuerUnavailable>, Never> {
        asking.withLock { asking in
            if let task = asking[fingerprint] { return task }
            let task = Task { await self.ask(text, fingerprint, at: now, version) }
            asking[fingerprint] = task
            return task
        }
    }

    private func ask(
        _ text: Secret, _ fingerprint: TokenFingerprint, at now: NumericDate, _ version: UInt64
    ) async -> Result<IntrospectionAnswer, IssuerUnavailable> {
        let found = await answer(within: policy.timeLimit) {
            await self.turnstile.pass { await self.response(to: text, at: now) }
        }
        let result = found.flatMap { $0 } ?? .failure(IssuerUnavailable("the issuer is not asked, or does not answer"))
        let answer = result.map { outcome in
            switch outcome {
            case .success(let token):
                let end = min(token.expiresAt, now + policy.activeLifetime)
                return IntrospectionAnswer(outcome: outcome, since: now, until: end, version: version)
            case .failure:
                let end = now + policy.inactiveLifetime
                return IntrospectionAnswer(outcome: outcome, since: now, until: end, version: version)
            }
        }
        if case .success(let answer) = answer { keep(answer, as: fingerprint) }
        // Behind the memory, so that nobody in between asks again.
        asking.withLock { $0[fingerprint] = nil }
        return answer
    }

    private func keep(_ answer: IntrospectionAnswer, as fingerprint: TokenFingerprint) {
        guard answer.since < answer.until else { return }
        if case .success = answer.outcome {
            active.keep(answer, as: fingerprint)
        } else {
            active.forget(fingerprint)
            inactive.keep(answer, as: fingerprint)
        }
    }

    private func response(
        to text: Secret, at now: NumericDate
    ) async -> Result<Result<AccessToken, TokenProblem>, IssuerUnavailable> {
        do throws(IssuerUnavailable) {
            guard !Task.isCancelled else { throw IssuerUnavailable("the issuer was asked too late") }
            guard let address = try await discovery.metadata(at: now).introspectionEndpoint else {
                throw IssuerUnavailable("the issuer has no introspection endpoint")
            }
            var form = FormWriter()
            form.append("token", text.revealedValue)
            let header: Secret?
            do {
                header = try authentication.prove(id, to: discovery.issuer, in: &form, random: random, at: now)
            } catch { throw IssuerUnavailable("the key of this resource cannot sign") }
            let request = TransportRequest(post: form, to: address, authorization: header)
            let response = try await discovery.transport.issuerAnswer(request)
            return .success(try reader.read(response, at: now))
        } catch { return .failure(error) }
    }
}
