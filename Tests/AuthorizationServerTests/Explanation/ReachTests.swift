import AuthorizationServer
import Testing

/// Runs the mutations together: a check that the engine can refuse by and no mutation reaches has no tried explanation.
@Suite struct `The mutations of the engine` {
    /// A store has to forget what it said before a token is ahead of it; that is tried with the stores. And `sub` is
    /// where the name of the client is read from, so that it is another one only if that reading changes. No token of
    /// ours says `nbf`: the comparison of the five places that judge tokens signs some that do.
    private static let elsewhere: Set<Check> = [.refreshTokenAhead, .assertionSubjectWrong, .tokenNotYetValid]

    @Test func `reach every check that it refuses by`() async throws {
        let reached = ReachedChecks()
        try await ReachedChecks.$current.withValue(reached) {
            let requests = `The explanation of a request with one thing broken`()
            try await requests.`names what is wrong with a client and its secret`()
            try await requests.`names what is wrong with what a client asks for`()
            try await requests.`names the claim of an assertion that is wrong`()
            let people = `The explanation of a person's request with one thing broken`()
            try await people.`names what is wrong with a code`()
            try await people.`names what is wrong with a refresh token`()
            try await people.`names what is wrong with an access token, wherever it is shown`()
            try await people.`names what is wrong with an authorization request`()
            let keys = `The explanation of an API key with one thing broken`()
            try await keys.`names what is wrong with the key itself`()
            try await keys.`names what does not fit the key`()
            try await keys.`names what has ended behind the key`()
            let ended = `The explanation of what has ended`()
            try await ended.`names what ended an access token`()
            try await ended.`names why a token cannot be revoked, or another one be had`()
            try await ended.`names why the feed is not told`()
            try await ended.`names why nobody can register`()
            let late = `The explanation of what came too late`()
            try await late.`names how a refresh token was used too much`()
            try await late.`names what ended behind a refresh token`()
            try await late.`names the session that is over`()
            try await late.`names what is wrong with a code after the fact`()
            try await late.`names whose request it is, and that it waits no more`()
            try await late.`names the keys that nobody can fetch`()
        }
        var wanted: Set<Check> = [
            .clientMissing, .notARelyingParty, .redirectURIWrong, .pushedRequestWrong, .requestGone, .ofAnotherBrowser,
        ]
        for rejection in `The explanations of checks`.rejections {
            // Those speak in the codes of the standards, which say what is wrong in a sentence of their own.
            if case .authorizationRequestWrong = rejection { continue }
            wanted.insert(Check(reason: rejection.reason))
        }
        wanted.subtract(Self.elsewhere)
        let missing = wanted.subtracting(reached.all).map(\.rawValue).sorted()
        #expect(missing.isEmpty, "no mutation reaches \(missing)")
    }
}
