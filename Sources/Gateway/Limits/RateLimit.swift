/// How much one caller may ask of a route: a bucket of `count` that fills up again within `window` seconds.
package struct RateLimit: Hashable, Sendable {
    /// Whose requests are counted together.
    package enum Scope: String, CaseIterable, Hashable, Sendable {
        /// Those with one token, or of one browser's session.
        case token
        /// Those of one client, whichever of its tokens it uses.
        case client
    }

    package static let largestCount = 1_000_000_000
    package static let longestWindow = 31_536_000

    package let scope: Scope
    package let count: Int
    /// In seconds.
    package let window: Int

    /// `nil` beyond what is counted here.
    package init?(_ scope: Scope, count: Int, window: Int) {
        guard (1...Self.largestCount).contains(count), (1...Self.longestWindow).contains(window) else { return nil }
        self.scope = scope
        self.count = count
        self.window = window
    }

    /// Reads `100/60s per token` and `10000/86400s per client`.
    package init?(_ text: String) {
        let words = text.split(separator: " ", omittingEmptySubsequences: false)
        guard words.count == 3, words[1] == "per", let scope = Scope(rawValue: String(words[2])),
            let slash = words[0].firstIndex(of: "/"), words[0].hasSuffix("s"),
            let count = Self.number(words[0][..<slash]),
            let window = Self.number(words[0][words[0].index(after: slash)...].dropLast())
        else { return nil }
        self.init(scope, count: count, window: window)
    }

    private static func number(_ text: Substring) -> Int? {
        guard (1...10).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        return Int(text)
    }
}
