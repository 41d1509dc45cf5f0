import Synchronization

/// All figures of the process, for the administration listener to show.
package final class MetricsRegistry: Sendable {
    /// A figure that somebody else keeps, asked for when the metrics are read.
    package struct Gauge: Sendable {
        package enum Kind: String, Sendable { case gauge, counter }
        let name: String
        let help: String
        let kind: Kind
        let read: @Sendable () -> [(labels: [(String, String)], value: Double)]
    }

    private struct State {
        var requests: [RequestMetrics] = []
        var gauges: [Gauge] = []
    }

    private let state = Mutex(State())

    package init() {}

    /// Adds a figure, such as the number of live clients.
    package func add(
        _ name: String, _ help: String, kind: Gauge.Kind = .gauge,
        read: @escaping @Sendable () -> [(labels: [(String, String)], value: Double)]
    ) {
        state.withLock { $0.gauges.append(Gauge(name: name, help: help, kind: kind, read: read)) }
    }

    package func add(
        _ name: String, _ help: String, kind: Gauge.Kind = .gauge, value: @escaping @Sendable () -> Double
    ) {
        add(name, help, kind: kind) { [([], value())] }
    }

    func requests(listener: String, routes: [String]) -> RequestMetrics {
        let metrics = RequestMetrics(listener: listener, routes: routes)
        state.withLock { $0.requests.append(metrics) }
        return metrics
    }

    /// The media type of ``text()``.
    package static let mediaType = "text/plain; version=0.0.4; charset=utf-8"

    package func text() -> String {
        let (requests, gauges) = state.withLock { ($0.requests, $0.gauges) }
        let series = requests.flatMap { metrics in
            metrics.snapshot().filter { $0.series.durations.count > 0 }.map { (metrics.listener, $0.route, $0.series) }
        }
        var output = PrometheusText()
        output.family("tessera_http_requests_total", "counter", "Requests by route and status class.")
        for (listener, route, values) in series {
            for (status, count) in values.statuses.enumerated() where count > 0 {
                let labels = [("listener", listener), ("route", route), ("status", "\(status)xx")]
                output.sample("tessera_http_requests_total", labels, String(count))
            }
        }
        Self.writeDurations(series, to: &output)
        output.family("tessera_http_decisions_total", "counter", "Decisions by route.")
        for (listener, route, values) in series {
            for (decision, count) in values.decisions.sorted(by: { $0.key < $1.key }) {
                let labels = [("listener", listener), ("route", route), ("decision", decision)]
                output.sample("tessera_http_decisions_total", labels, String(count))
            }
        }
        for gauge in gauges {
            output.family(gauge.name, gauge.kind.rawValue, gauge.help)
            for sample in gauge.read() { output.sample(gauge.name, sample.labels, Self.number(sample.value)) }
        }
        return output.text
    }

    private static func writeDurations(
        _ series: [(String, String, RequestMetrics.Series)], to output: inout PrometheusText
    ) {
        let name = "tessera_http_request_duration_seconds"
        output.family(name, "histogram", "Time from the complete request to its answer.")
        for (listener, route, values) in series {
            let labels = [("listener", listener), ("route", route)]
            var sum: UInt64 = 0
            for (bound, count) in zip(Histogram.bounds, values.durations.buckets) {
                sum &+= count
                output.sample("\(name)_bucket", labels + [("le", number(Double(bound) / 1_000_000))], String(sum))
            }
            output.sample("\(name)_bucket", labels + [("le", "+Inf")], String(values.durations.count))
            output.sample("\(name)_sum", labels, number(Double(values.durations.microseconds) / 1_000_000))
            output.sample("\(name)_count", labels, String(values.durations.count))
        }
    }

    private static func number(_ value: Double) -> String {
        value == value.rounded() && value.magnitude < 1e15 ? String(Int64(value)) : String(value)
    }
}
