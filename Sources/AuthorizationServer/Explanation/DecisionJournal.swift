package import JOSE
package import OAuth
import Synchronization

/// How much is remembered of what was refused.
package struct ExplainPolicy: Hashable, Sendable {
    /// Refusals, at most.
    package var entries = 10_000
    /// Seconds.
    package var age: Int64 = 86_400
    package init() {}
}

/// Which decisions to list, newest first.
package struct DecisionQuery: Hashable, Sendable {
    /// Only older ones than this number.
    package var before: Int64?
    /// By its word.
    package var check: String?
    package var endpoint: String?
    package var client: ClientID?
    package var since: NumericDate?
    package var until: NumericDate?
    package var limit = 100
    package init() {}

    fileprivate func admits(endpoint: String, check: String) -> Bool {
        self.endpoint.map { $0 == endpoint } ?? true && self.check.map { $0 == check } ?? true
    }

    fileprivate func admits(_ decision: Decision, from oldest: NumericDate) -> Bool {
        oldest <= decision.at && until.map { decision.at < $0 } ?? true && client.map { $0 == decision.client } ?? true
    }
}

/// Remembers the latest refusals, in memory, for the operator who asks why.
///
/// Bounded in number and in age. Each endpoint's refusals by one check are a kind: where there is no room, the kind with
/// most entries loses its oldest, so that a flood of equal refusals pushes out nothing but itself.
package final class DecisionJournal: Sendable {
    private struct Kind: Hashable {
        let endpoint: String
        let check: String
    }

    /// Numbers of one kind, oldest first.
    private struct Line {
        private var numbers: [Int64] = []
        private var start = 0

        var count: Int { numbers.count - start }
        var first: Int64? { start < numbers.count ? numbers[start] : nil }
        mutating func append(_ number: Int64) { numbers.append(number) }

        mutating func removeFirst() {
            start += 1
            // Half of it is over: moving the other half has been paid for by those that went.
            guard start * 2 > numbers.count, start > 32 || start == numbers.count else { return }
            numbers.removeFirst(start)
            start = 0
        }

        /// Newest first, older than `number`.
        func older(than number: Int64) -> ReversedCollection<ArraySlice<Int64>> {
            var (low, high) = (start, numbers.count)
            while low < high {
                let middle = low + (high - low) / 2
                if numbers[middle] < number { low = middle + 1 } else { high = middle }
            }
            return numbers[start..<low].reversed()
        }
    }

    private struct State {
        var entries: [Int64: Decision] = [:]
        var lines: [Kind: Line] = [:]
        var numbers: [DecisionID: Int64] = [:]
        var requests: [String: Int64] = [:]
        var last: Int64 = 0
        /// Of checks that are not the engine's.
        var words: Set<String> = []

        mutating func dropFirst(of kind: Kind) {
            guard let number = lines[kind]?.first, let decision = entries.removeValue(forKey: number) else { return }
            lines[kind]?.removeFirst()
            if lines[kind]?.count == 0 { lines[kind] = nil }
            numbers[decision.id] = nil
            if requests[decision.requestID] == number { requests[decision.requestID] = nil }
        }
    }

    private let policy: ExplainPolicy
    private let secrets: SecretGenerator
    private let state = Mutex(State())

    package init(_ policy: ExplainPolicy, secrets: SecretGenerator) {
        self.policy = policy
        self.secrets = secrets
    }

    /// Other parts of the program record refusals by checks of their own; these are their words.
    package func learn(_ words: some Sequence<String>) { state.withLock { $0.words.formUnion(words) } }

    /// Whether there is a check of this word.
    package func knows(_ word: String) -> Bool {
        Check(rawValue: word) != nil || state.withLock { $0.words.contains(word) }
    }

    /// Keeps the refusal; the name is for the audit log and for the log of requests.
    @discardableResult
    package func record(_ refusal: Refusal) -> DecisionID {
        var decision = Decision(refusal, id: DecisionID(from: secrets))
        let kind = Kind(endpoint: decision.endpoint, check: decision.word)
        state.withLock { state in
            state.last &+= 1
            decision.number = state.last
            state.entries[decision.number] = decision
            state.lines[kind, default: Line()].append(decision.number)
            state.numbers[decision.id] = decision.number
            state.requests[decision.requestID] = decision.number
            while state.entries.count > max(1, policy.entries),
                let largest = state.lines.max(by: { $0.value.count < $1.value.count })?.key
            {
                state.dropFirst(of: largest)
            }
        }
        return decision.id
    }

    package func decision(_ id: DecisionID, at now: NumericDate) -> Decision? {
        state.withLock { state in alive(state.numbers[id], in: state, at: now) }
    }

    /// The last refusal of the request that has this name.
    package func decision(ofRequest id: String, at now: NumericDate) -> Decision? {
        state.withLock { state in alive(state.requests[id], in: state, at: now) }
    }

    /// One refusal, by its own name or by that of its request.
    package func decision(named name: String, at now: NumericDate) -> Decision? {
        DecisionID(name).flatMap { decision($0, at: now) } ?? decision(ofRequest: name, at: now)
    }

    /// How the last refusal of a request is known, right after it.
    package func name(ofRequest id: String) -> DecisionID? {
        state.withLock { state in state.requests[id].flatMap { state.entries[$0]?.id } }
    }

    private func alive(_ number: Int64?, in state: borrowing State, at now: NumericDate) -> Decision? {
        guard let number, let decision = state.entries[number], now - decision.at < .seconds(policy.age) else {
            return nil
        }
        return decision
    }

    /// Newest first.
    package func decisions(_ query: DecisionQuery, at now: NumericDate) -> [Decision] {
        let remembered = now - .seconds(policy.age - 1)
        let oldest = max(query.since ?? remembered, remembered)
        let limit = min(max(1, query.limit), Administration.maximumPage)
        let found = state.withLock { state in
            var found: [Decision] = []
            for (kind, line) in state.lines where query.admits(endpoint: kind.endpoint, check: kind.check) {
                // Of each kind as many as fit on the page, so that what is sorted stays small.
                var room = limit
                for number in line.older(than: query.before ?? .max) where room > 0 {
                    guard let decision = state.entries[number], query.admits(decision, from: oldest) else { continue }
                    found.append(decision)
                    room -= 1
                }
            }
            return found
        }
        return Array(found.sorted { $0.number > $1.number }.prefix(limit))
    }

    /// Forgets what is too old.
    package func prune(at now: NumericDate) {
        state.withLock { state in
            for kind in Array(state.lines.keys) {
                while let number = state.lines[kind]?.first, let decision = state.entries[number],
                    now - decision.at >= .seconds(policy.age)
                {
                    state.dropFirst(of: kind)
                }
            }
        }
    }

    package var count: Int { state.withLock { $0.entries.count } }
}
