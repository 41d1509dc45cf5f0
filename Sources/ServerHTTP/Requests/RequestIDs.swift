import Synchronization

/// Names requests: a prefix that the program draws at its start, and a counter; cheap, and short enough to need no heap.
package final class RequestIDs: Sendable {
    private let prefix: String
    private let counter = Atomic<UInt64>(0)

    /// - Parameter prefix: random for each process, so that ids of two runs differ; its first six characters count.
    package init(prefix: String) { self.prefix = String(prefix.prefix(6)) }

    private static let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)

    package func next() -> String {
        var number = counter.wrappingAdd(1, ordering: .relaxed).newValue
        return prefix
            + String(unsafeUninitializedCapacity: 13) { bytes in
                var digits = 0
                repeat {
                    bytes[digits] = Self.alphabet[Int(number & 31)]
                    number >>= 5
                    digits += 1
                } while number > 0
                var used = bytes[..<digits]
                used.reverse()
                return digits
            }
    }
}
