import JOSE
import OAuth
import Storage
import StorageTesting
import Testing

extension StoreUnderTest {
    /// Runs `body` on a store that knows the application `app` and the person `u1`, who is signed in as `s1`.
    func runWithPerson(_ body: (any Store) async throws -> Void) async throws {
        try await run { store async throws in
            _ = try await store.insert(Sample.application(), recording: Sample.event("client.created"))
            _ = try await store.insert(Sample.user(), password: Sample.password(), with: Effects([]))
            try #require(
                try await store.insert(Sample.session(), replacing: nil, knowing: nil, with: Effects([])) != nil)
            try await body(store)
        }
    }
}

extension AuthorizationStore {
    /// An authorization whose code has been redeemed for a refresh family.
    func start(_ authorization: Authorization, at now: NumericDate = Sample.now) async throws {
        let name = authorization.id.rawValue
        let code = Sample.code(name, of: name, at: authorization.createdAt)
        try #require(try await insert(authorization, code: code, spending: nil, with: Effects([])))
        let family = Sample.family(of: name, at: authorization.createdAt)
        try #require(try await redeem(code.hash, starting: family, at: authorization.createdAt) == .redeemed)
    }
}

extension PendingAuthorizationStore {
    /// The same, whatever is registered by now.
    func note(
        _ decision: ConsentDecision, for hash: TokenHash, remembering question: ConsentQuestion?, at now: NumericDate,
        with effects: Effects
    ) async throws -> Bool {
        try await note(decision, for: hash, remembering: question, judgedBy: nil, at: now, with: effects)
    }
}

extension AuditLog {
    func count(_ action: String) async throws -> Int { try await events(AuditQuery(action: action, limit: 1000)).count }
}

extension RotationEffects {
    static let sample = RotationEffects(
        repeated: Sample.effects("refresh.repeated"), reused: Sample.effects("refresh.reused"),
        ahead: Sample.effects("refresh.ahead"))
}
