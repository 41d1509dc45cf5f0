import Crypto
public import JOSE
public import OAuth
import Synchronization

/// Asks the issuer about tokens that only it can read: opaque access tokens and API keys (RFC 7662).
///
/// It asks about one token once at a time, remembers answers for seconds, and says that nobody can judge when it gets
/// none. Of an API key with a quota the issuer counts the uses by the questions, so about such a key it asks for each
/// request (see ``AccessPurpose``).
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
    /// Keys whose uses the issuer counts, so that nobody waits for an answer that is somebody else's.
    private let metered: RecentMemory<Bool>
    private let turnstile: Turnstile
    private let asking = Mutex<[Question: Task<Found, Never>]>([:])

    private typealias Found = Result<IntrospectionAnswer, IssuerUnavailable>

    /// What those who wait for one answer have in common.
    private struct Question: Hashable {
        let fingerprint: TokenFingerprint
        /// Of the revocations that were known: who knows of more may not be let in on what was asked before.
        let version: UInt64
        let text: Secret
        /// `nil` where the answer does not depend on it.
        let address: String?
        /// ``AccessPurpose/request`` where the answer does not depend on it.
        let purpose: AccessPurpose

        static func == (left: Question, right: Question) -> Bool {
            left.fingerprint == right.fingerprint && left.version == right.version
        }

        func hash(into hasher: inout Hasher) {
            hasher.combine(fingerprint)
            hasher.combine(version)
        }
    }

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
        metered = RecentMemory(capacity: policy.tokens)
        turnstile = Turnstile(limit: policy.concurrency, queue: policy.concurrency * 16)
    }

    /// What the token says, if the issuer says that it is good here.
    /// - Parameters:
    ///   - address: of who brought it, if that is known for sure. The issuer is told of it with API keys, which may be
    ///     good from some networks only; without it such a key is refused.
    ///   - purpose: the issuer counts no use of an API key where something only goes on.
    ///   - version: of the revocations that are known; a good answer from before the last one is asked again.
    public func token(
        _ text: Secret, from address: String? = nil, for purpose: AccessPurpose = .request, at now: NumericDate,
        revocations version: UInt64 = 0
    ) async throws(AccessRefusal) -> AccessToken {
        guard Self.canBeToken(text) else { throw .invalidToken(.malformed) }
        let question = question(text, from: address, for: purpose, version)
        if let known = remembered(question, at: now) { return try judged(known, at: now) }
        switch await found(question, at: now) {
        case .success(let answer): return try judged(answer, at: now)
        case .failure(let error): throw .unavailable(error)
        }
    }

    /// How many answers are remembered now, for metrics.
    public var rememberedAnswers: Int { active.count + inactive.count }

    /// A secret of the issuer's own kinds with a wrong checksum cannot be one, and need not be asked about.
    private static func canBeToken(_ text: Secret) -> Bool {
        !isAPIKey(text) || SecretText(text.revealedValue) != nil
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

    /// What is good from one address says nothing of another, and what was no use nothing of a use: both are in what the
    /// answer is remembered by.
    private func question(
        _ text: Secret, from address: String?, for purpose: AccessPurpose, _ version: UInt64
    ) -> Question {
        let isKey = Self.isAPIKey(text)
        let address = isKey ? address : nil
        let purpose = isKey ? purpose : .request
        var context = context
        if let address { context.update(data: Array(address.utf8) + [0]) }
        // No text begins with this byte.
        if purpose == .standing { context.update(data: [0xFF] as [UInt8]) }
        return Question(
            fingerprint: TokenFingerprint(text, in: context), version: version, text: text, address: address,
            purpose: purpose)
    }

    private static func isAPIKey(_ text: Secret) -> Bool {
        text.revealedValue.hasPrefix(SecretText.Kind.apiKey.prefix)
    }

    private func remembered(_ question: Question, at now: NumericDate) -> IntrospectionAnswer? {
        [active[question.fingerprint], inactive[question.fingerprint]].lazy.compactMap(\.self).first { answer in
            answer.isGood(at: now, version: question.version)
        }
    }

    /// One answer for all who ask the same, unless it was counted as a use of a key: whoever only waited for such a one
    /// asks as well.
    private func found(_ question: Question, at now: NumericDate) async -> Found {
        if metered[question.fingerprint] == nil {
            let (asked, isOwn) = task(question, at: now)
            let found = await asked.value
            guard !isOwn, case .success(let answer) = found, answer.isForOne else { return found }
        }
        return await ask(question, at: now)
    }

    /// The question that is under way, or a new one of one's own. It goes on when who began it gives up.
    private func task(_ question: Question, at now: NumericDate) -> (task: Task<Found, Never>, isOwn: Bool) {
        asking.withLock { asking in
            if let task = asking[question] { return (task, false) }
            let task = Task { await self.askForAll(question, at: now) }
            asking[question] = task
            return (task, true)
        }
    }

    private func askForAll(_ question: Question, at now: NumericDate) async -> Found {
        let found = await ask(question, at: now)
        // Behind the memory, so that nobody in between asks again.
        asking.withLock { $0[question] = nil }
        return found
    }

    private func ask(_ question: Question, at now: NumericDate) async -> Found {
        let found = await answer(within: policy.timeLimit) {
            await self.turnstile.pass { await self.response(to: question, at: now) }
        }
        let result = found.flatMap { $0 } ?? .failure(IssuerUnavailable("the issuer is not asked, or does not answer"))
        let answer = result.map { outcome in
            switch outcome {
            case .success(let token):
                let end = min(token.expiresAt, now + policy.activeLifetime)
                return IntrospectionAnswer(
                    outcome: outcome, since: now, until: end, version: question.version,
                    isForOne: question.purpose == .request && token.isMetered)
            case .failure:
                let end = now + policy.inactiveLifetime
                return IntrospectionAnswer(outcome: outcome, since: now, until: end, version: question.version)
            }
        }
        if case .success(let answer) = answer { keep(answer, as: question.fingerprint) }
        return answer
    }

    private func keep(_ answer: IntrospectionAnswer, as fingerprint: TokenFingerprint) {
        guard answer.since < answer.until else { return }
        if answer.isForOne {
            metered.keep(true, as: fingerprint)
        } else if case .success = answer.outcome {
            active.keep(answer, as: fingerprint)
        } else {
            active.forget(fingerprint)
            inactive.keep(answer, as: fingerprint)
        }
    }

    private func response(
        to question: Question, at now: NumericDate
    ) async -> Result<Result<AccessToken, TokenProblem>, IssuerUnavailable> {
        do throws(IssuerUnavailable) {
            guard !Task.isCancelled else { throw IssuerUnavailable("the issuer was asked too late") }
            guard let address = try await discovery.metadata(at: now).introspectionEndpoint else {
                throw IssuerUnavailable("the issuer has no introspection endpoint")
            }
            var form = FormWriter()
            form.append("token", question.text.revealedValue)
            if let address = question.address { form.append("caller_address", address) }
            if question.purpose == .standing { form.append("standing", "true") }
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
