import AuthorizationServer
import JOSE
import OAuth
import Synchronization
import Testing

/// Reads what the operator is told of a broken request, and remembers which checks were reached that way.
final class ReachedChecks: Sendable {
    @TaskLocal static var current: ReachedChecks?
    private let checks = Mutex<Set<Check>>([])

    var all: Set<Check> { checks.withLock { $0 } }

    /// What went wrong with the request in `body`; exactly one refusal of it is remembered.
    static func explanation(
        in provider: OpenIDProvider, at now: NumericDate = Issuance.start, of body: () async throws -> Void,
        _ location: SourceLocation = #_sourceLocation
    ) async -> Decision? {
        let before = provider.decisions.count
        try? await body()
        #expect(provider.decisions.count == before + 1, sourceLocation: location)
        return provider.decisions.decisions(DecisionQuery(), at: now).first
    }

    /// The check that was broken is named, with the value that it failed on and no secret.
    static func expect(
        _ decision: Decision?, _ check: Check, found: String, expected: String = "",
        _ location: SourceLocation = #_sourceLocation
    ) {
        #expect(decision?.check == check, sourceLocation: location)
        #expect(decision?.found.contains(found) == true, "\(decision?.found ?? "-")", sourceLocation: location)
        #expect(decision?.expected.contains(expected) == true, "\(decision?.expected ?? "-")", sourceLocation: location)
        let secret = Issuance.secret.revealedValue
        #expect(decision.map { "\($0)".contains(secret) } == false, sourceLocation: location)
        guard decision?.check == check else { return }
        current?.checks.withLock { _ = $0.insert(check) }
    }
}
