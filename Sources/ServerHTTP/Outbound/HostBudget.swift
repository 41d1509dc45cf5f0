/// How often one host may be asked, so that this server is nobody's tool for flooding another.
struct HostBudget: Sendable {
    private struct Window {
        var start: ContinuousClock.Instant
        var count: Int
    }

    private let maximum: Int
    private let length: Duration
    private var windows: [String: Window] = [:]
    /// More hosts than any installation has clients with key addresses of their own.
    private static let maximumHosts = 4_096

    init(maximum: Int, per length: Duration) {
        self.maximum = maximum
        self.length = length
    }

    /// Takes one from the host's budget; `false` if nothing is left.
    mutating func take(_ host: String, at now: ContinuousClock.Instant) -> Bool {
        var window = windows[host] ?? Window(start: now, count: 0)
        if now - window.start >= length { window = Window(start: now, count: 0) }
        guard window.count < maximum else { return false }
        if windows[host] == nil, windows.count >= Self.maximumHosts {
            windows = windows.filter { now - $0.value.start < length }
            guard windows.count < Self.maximumHosts else { return false }
        }
        window.count += 1
        windows[host] = window
        return true
    }
}
