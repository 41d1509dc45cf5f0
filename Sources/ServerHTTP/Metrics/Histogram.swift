/// How long requests took, in buckets that Prometheus understands.
struct Histogram: Sendable {
    /// Upper bounds in microseconds.
    static let bounds: [Int64] = [
        50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 100_000, 500_000, 2_500_000, 10_000_000,
    ]

    private(set) var buckets = [UInt64](repeating: 0, count: bounds.count)
    private(set) var count: UInt64 = 0
    private(set) var microseconds: UInt64 = 0

    mutating func record(microseconds value: Int64) {
        count &+= 1
        microseconds &+= UInt64(max(0, value))
        for index in Self.bounds.indices where value <= Self.bounds[index] {
            buckets[index] &+= 1
            return
        }
    }
}
