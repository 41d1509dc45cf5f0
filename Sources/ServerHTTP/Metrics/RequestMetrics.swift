import NIOCore
import Synchronization

/// What one listener counts: requests by route and status, their durations, and decisions.
final class RequestMetrics: Sendable {
    struct Series {
        /// By status class, 1xx to 5xx.
        var statuses = [UInt64](repeating: 0, count: 6)
        var durations = Histogram()
        var decisions: [String: UInt64] = [:]
    }

    /// Decisions are words of this program; should ever more of them appear, they share one name.
    private static let maximumDecisions = 64
    /// Where requests are counted that reached no route.
    static let unmatched = "none"

    let listener: String
    private let index: [String: Int]
    let names: [String]
    private let series: [Cell]

    private final class Cell: Sendable {
        let values = Mutex(Series())
    }

    init(listener: String, routes: [String]) {
        self.listener = listener
        names = [Self.unmatched] + Set(routes).sorted()
        index = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($0.element, $0.offset) })
        series = names.map { _ in Cell() }
    }

    func count(route: String?, status: Int, duration: TimeAmount, decision: String?) {
        let cell = series[route.flatMap { index[$0] } ?? 0]
        let status = (1...5).contains(status / 100) ? status / 100 : 0
        cell.values.withLock { values in
            values.statuses[status] &+= 1
            values.durations.record(microseconds: duration.nanoseconds / 1_000)
            guard let decision else { return }
            let isKnown = values.decisions[decision] != nil || values.decisions.count < Self.maximumDecisions
            values.decisions[isKnown ? decision : "other", default: 0] &+= 1
        }
    }

    func snapshot() -> [(route: String, series: Series)] {
        zip(names, series).map { ($0, $1.values.withLock { $0 }) }
    }
}
