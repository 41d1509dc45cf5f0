import Crypto
package import Storage

/// The order in which the indexes of a list are given away: each once, and none that could be told from chance.
///
/// What is reserved is a place in this order, so one number in the store says which are taken, and an index says nothing
/// about when it was given, nor to whom those beside it belong (draft-ietf-oauth-status-list §12.3, §13.2). It is a
/// Feistel network of four rounds over the next power of four, walked until it ends within the list.
package struct StatusListOrder: Sendable {
    private static let rounds: UInt8 = 4

    private let key: SymmetricKey
    private let size: UInt64
    /// Bits of each half.
    private let half: UInt64

    package init(_ list: StatusList) {
        key = SymmetricKey(data: list.key)
        size = UInt64(clamping: max(1, list.size))
        let width = UInt64(UInt64.bitWidth - (size - 1).leadingZeroBitCount)
        half = max(1, (width + 1) / 2)
    }

    /// The index at a place within the list. Each step leads to a number of its own, so the walk comes back to the list.
    package func index(at place: Int64) -> Int64 {
        var value = UInt64(clamping: place) % size
        repeat { value = permuted(value) } while size <= value
        return Int64(clamping: value)
    }

    private func permuted(_ value: UInt64) -> UInt64 {
        let mask = (UInt64(1) << half) - 1
        var (left, right) = (value >> half, value & mask)
        for round in 0..<Self.rounds {
            let input = [round] + (0..<8).map { UInt8(truncatingIfNeeded: right >> (8 * $0)) }
            let code = HMAC<SHA256>.authenticationCode(for: input, using: key)
            let noise = code.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            (left, right) = (right, left ^ (noise & mask))
        }
        return left << half | right
    }
}
