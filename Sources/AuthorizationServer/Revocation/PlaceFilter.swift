import OAuth

/// A Bloom filter of pairs of a name and a resource: what was put in is always found, what was not now and then too.
struct PlaceFilter: Sendable {
    /// Bits that one pair sets; with ten bits of memory for each pair one in a hundred is found by mistake.
    private static let bitsPerPair = 7

    private var words: [UInt64]
    /// Bits that are set.
    private(set) var count = 0

    init(bytes: Int) { words = [UInt64](repeating: 0, count: max(1, bytes / 8)) }

    var isEmpty: Bool { count == 0 }
    /// Of all bits, those that are set.
    var share: Double { Double(count) / Double(words.count &* 64) }

    mutating func insert(_ hash: UInt64) {
        for number in 0..<Self.bitsPerPair {
            let (word, bit) = place(number, hash)
            guard words[word] & bit == 0 else { continue }
            words[word] |= bit
            count &+= 1
        }
    }

    func contains(_ hash: UInt64) -> Bool {
        for number in 0..<Self.bitsPerPair {
            let (word, bit) = place(number, hash)
            guard words[word] & bit != 0 else { return false }
        }
        return true
    }

    /// Each pair's bits lie at equal steps, of which two pairs seldom share both the first and the length.
    private func place(_ number: Int, _ hash: UInt64) -> (word: Int, bit: UInt64) {
        let step = (hash ^ (hash >> 31)) &* 0x9E37_79B9_7F4A_7C15 | 1
        let point = (hash &+ UInt64(truncatingIfNeeded: number) &* step).multipliedFullWidth(
            by: UInt64(truncatingIfNeeded: words.count &* 64)
        ).high
        return (Int(truncatingIfNeeded: point / 64), 1 << (point % 64))
    }
}
