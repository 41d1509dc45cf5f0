import FoundationEssentials
import Testing

/// A token is worth the same to whoever is asked. `TOKEN_MUTATIONS=5000` and `TOKEN_SEED=…` try more than the run that
/// everybody waits for.
@Suite(.timeLimit(.minutes(30))) struct TokenDifferentialTests {
    private typealias Verdicts = [FivePlaces.Place: FivePlaces.Verdict]

    @Test func `five places judge every mutation of a token alike`() async throws {
        let environment = ProcessInfo.processInfo.environment
        let count = environment["TOKEN_MUTATIONS"].flatMap { Int($0) } ?? 500
        let seed = environment["TOKEN_SEED"].flatMap { UInt64($0) } ?? 0x9E37_79B9_7F4A_7C15
        let issuer = try await PersonsIssuer()
        let original = try await issuer.token()
        var mutations = try TokenMutations(of: original, by: issuer, seed: seed)
        print("token differential: \(count) mutations with seed \(seed)")
        try await FivePlaces.run(issuer) { places in
            let good = try await Self.verdicts(MutatedToken(change: "none", text: original), places)
            #expect(
                good.count == FivePlaces.Place.allCases.count && good.values.allSatisfy { $0 == .accepted }, "\(good)")
            var accepted = 0
            var passed = 1
            for start in stride(from: 0, to: count, by: 16) {
                let batch = try (start..<min(count, start + 16)).map { _ in try mutations.next() }
                for verdicts in try await Self.check(batch, places) {
                    accepted += verdicts[.kit] == .accepted ? 1 : 0
                    passed += verdicts[.gateway] == .accepted ? 2 : 0
                }
            }
            // The server behind the gateway was asked for each that was accepted, twice, and never else.
            #expect(places.passedOn == passed)
            // Neither all of one kind: then nothing would be compared.
            #expect(accepted > count / 20 && accepted < count / 2, "\(accepted) of \(count)")
        }
    }

    private static func check(_ batch: [MutatedToken], _ places: FivePlaces) async throws -> [Verdicts] {
        try await withThrowingTaskGroup(of: Verdicts.self) { group in
            for token in batch {
                group.addTask {
                    let verdicts = try await verdicts(token, places)
                    #expect(areAlike(verdicts), "\(token)\n\(verdicts)")
                    // What is remembered of the first time must not change it.
                    let again = try await Self.verdicts(token, places)
                    #expect(again == verdicts, "\(token)\n\(verdicts)\n\(again)")
                    return verdicts
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
    }

    private static func verdicts(_ token: MutatedToken, _ places: FivePlaces) async throws -> Verdicts {
        var verdicts: Verdicts = [:]
        for place in token.places { verdicts[place] = try await places.verdict(of: token, at: place) }
        return verdicts
    }

    /// The kit, the gateway's judge, the gateway and forward-auth answer alike to the word. Whether a text is no token or no good one, the
    /// issuer's own endpoints may see in another way: introspection finds no token where a header field has no place.
    private static func areAlike(_ verdicts: Verdicts) -> Bool {
        let kits = Set([FivePlaces.Place.kit, .judge, .gateway, .forwardAuth].compactMap { verdicts[$0] })
        guard kits.count == 1, let kit = kits.first else { return false }
        let others = [FivePlaces.Place.userInfo, .introspection].compactMap { verdicts[$0] }
        return others.allSatisfy { other in
            switch kit {
            case .accepted: other == .accepted
            case .invalid: other == .invalid
            case .unreadable: other == .unreadable || other == .invalid
            case .other: false
            }
        }
    }
}
