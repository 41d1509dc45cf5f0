import Synchronization

/// Counts what became of sign-ins, by a word of a fixed list.
package final class SignInFigures: Sendable {
    package enum Result: String, CaseIterable, Sendable {
        case started, completed
        case refused
        /// What came back was not the answer to anything asked, or proved something else.
        case invalid
        case unavailable
        case signedOut = "signed_out"
        /// Sessions that the issuer ended.
        case ended
    }

    private let counts = Mutex([Result: Int]())

    package init() {}

    func count(_ result: Result, by number: Int = 1) { counts.withLock { $0[result, default: 0] += number } }

    package var results: [(result: Result, count: Int)] {
        let counts = counts.withLock { $0 }
        return Result.allCases.map { ($0, counts[$0] ?? 0) }
    }
}
