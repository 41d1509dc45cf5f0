package import JOSE
package import OAuth
import Storage

/// The revocation feed as protected resources reach it: authenticated as at introspection, about their own tokens.
extension OpenIDProvider {
    /// A connection to the chain of the resource that these credentials prove, for as long as they are good.
    package func feedReader(
        from credentials: ClientCredentials, caller: Caller, at now: NumericDate
    ) async throws -> FeedReader {
        try await recordingRefusals(credentials, caller, at: now) {
            for _ in 0..<Self.attempts {
                let generation = registry.generation
                let proven = try await protectedResource(credentials, caller: caller, at: now)
                let resource = proven.registration
                guard
                    let reader = revocations.feed.reader(
                        for: resource.identifier, until: proven.provenUntil, at: now)
                else {
                    throw Rejection.tooManyReaders(resource.id, retryAfter: 5)
                }
                // What was changed before this reader was there has not ended it.
                guard registry.hasChanged(resource.id, at: resource.identifier, since: generation) else {
                    return reader
                }
                reader.close()
            }
            throw StoreError.busy
        }
    }

    /// All that has ended for the resource that these credentials prove.
    package func feedSnapshot(
        from credentials: ClientCredentials, caller: Caller, at now: NumericDate
    ) async throws -> Answered<FeedSnapshot> {
        try await recordingRefusals(credentials, caller, at: now) {
            let resource = try await protectedResource(credentials, caller: caller, at: now).registration
            do {
                let snapshot = try await revocations.feed.snapshot(for: resource.identifier, at: now)
                revocations.feed.countSnapshot()
                return Answered(snapshot, DecisionFacts("snapshot", resource: resource.identifier))
            } catch let refusal as SnapshotRefusal {
                switch refusal {
                case .noKey: throw Rejection.feedKeyMissing(resource.id)
                case .tooManyChains: throw Rejection.tooManyReaders(resource.id, retryAfter: 5)
                case .tooLarge(let bytes): throw Rejection.snapshotTooLarge(resource.id, bytes: bytes)
                }
            }
        }
    }

    /// The public keys of the feed, in a set of their own.
    package func feedKeySetDocument() -> Document { keyRing.snapshot.feedDocument }

    /// Signs and delivers the feed, for as long as the server runs.
    package func runFeed(now: @escaping @Sendable () -> NumericDate) async { await revocations.feed.run(now: now) }

    /// Changes of the resource that one request sits through.
    private static let attempts = 3

    private func protectedResource(
        _ credentials: ClientCredentials, caller: Caller, at now: NumericDate
    ) async throws -> AuthenticatedResource {
        let owner = try await authenticator.confidentialOwner(credentials, caller: caller, at: now)
        guard case .resource(let resource) = owner else { throw Rejection.notAResource(owner.id) }
        return resource
    }

    private func recordingRefusals<Answer: Sendable>(
        _ credentials: ClientCredentials, _ caller: Caller, at now: NumericDate,
        _ body: () async throws -> Answer
    ) async throws -> Answer {
        do {
            return try await body()
        } catch let rejection as Rejection {
            await record(rejection, of: "revocation_feed", .credentials(credentials), caller: caller, at: now)
            throw rejection
        }
    }
}
