import AuthorizationServer
import Gateway
import JOSE
import ResourceServer
import ServerHTTP
import ServiceLifecycle

/// Keeps what the gateway refused where operators ask why: in the journal of the server it is part of, or in one of its own.
struct GatewayDecisions: Sendable {
    let journal: DecisionJournal

    init(_ journal: DecisionJournal) {
        self.journal = journal
        journal.learn(GatewayWord.allCases.map(\.rawValue))
        journal.learn(AmbiguousPath.allCases.map(\.rawValue))
        journal.learn(TokenProblem.allCases.map(GatewayWord.word))
    }

    /// - Parameter revocations: what is known of them, for those who were refused because it is too old.
    func report(_ revocations: RevocationFeedReader?) -> GatewayReport {
        { [journal] decision in
            var found = decision.evidence.found
            if decision.word == GatewayWord.revocationsStale.rawValue, let state = revocations?.state {
                found = state.description
            }
            let evidence = Evidence(found.isEmpty ? .nothing : .text(found), expected: decision.evidence.expected)
            journal.record(
                Refusal(
                    of: decision.endpoint.rawValue, reason: decision.word, client: decision.client,
                    caller: Caller(address: decision.address, requestID: decision.requestID), at: decision.at,
                    evidence: evidence, about: decision.about, explanation: Self.explanation(of: decision.word)))
        }
    }

    /// What no route saw: requests that cannot be read, and connections beyond the limits.
    var onRefusal: Dispatcher.RefusalReport {
        { [journal] reason, evidence, address, id, now in
            journal.record(
                Refusal(
                    of: "request", reason: reason, client: nil, caller: Caller(address: address, requestID: id),
                    at: now,
                    evidence: evidence))
        }
    }

    /// How the refusal of a request is known, for the request log.
    var names: @Sendable (String) -> String? {
        { [journal] request in journal.name(ofRequest: request)?.rawValue }
    }

    static func explanation(of word: String) -> Explanation {
        GatewayWord(rawValue: word)?.explanation ?? AmbiguousPath(rawValue: word)?.explanation
            ?? TokenProblem.allCases.first { GatewayWord.word(for: $0) == word }?.explanation
            ?? Check(reason: word).explanation
    }
}

/// Forgets what is too old, where no server does.
struct DecisionUpkeep: Service {
    let journal: DecisionJournal
    let now: @Sendable () -> NumericDate

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while (try? await Task.sleep(for: .seconds(60))) != nil { journal.prune(at: now()) }
        }
    }
}
