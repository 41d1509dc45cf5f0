/// Finds what somebody may have meant to write.
package enum NearestName {
    /// The most similar candidate, if it is similar enough to be worth a suggestion.
    package static func of(_ name: String, among candidates: [String]) -> String? {
        let scored = candidates.map { (distance(name, $0), $0) }.min { $0.0 < $1.0 }
        guard let (distance, best) = scored, distance <= max(2, name.count / 3) else { return nil }
        return best
    }

    /// The least number of insertions, deletions and replacements; long names are cut, for this is only a hint.
    static func distance(_ left: String, _ right: String) -> Int {
        let a = Array(left.utf8.prefix(64))
        let b = Array(right.utf8.prefix(64))
        var row = Array(0...b.count)
        for (i, byte) in a.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, other) in b.enumerated() {
                let replaced = diagonal + (byte == other ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(replaced, row[j] + 1, diagonal + 1)
            }
        }
        return row[b.count]
    }
}
