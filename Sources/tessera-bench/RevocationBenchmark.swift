import Foundation
import JOSE
import OAuth
import ResourceServer

/// A million live revocations, half of them of what has ended and half of them counters, as a feed says them.
struct ManyRevocations {
    static let count = 1_000_000
    static let now = NumericDate(secondsSince1970: Int64(Date().timeIntervalSince1970))
    private var state: UInt64 = 0x9E37_79B9_7F4A_7C15

    /// Names are digests: even, and like no other.
    private mutating func word() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
        return word ^ word >> 31
    }

    mutating func each(_ body: (RevocationEntry) -> Void) {
        for number in 0..<Self.count {
            let name = RevocationName(high: word(), low: word())
            let value = number.isMultiple(of: 2) ? RevocationEntry.ended : Int64(number)
            guard let entry = RevocationEntry(name, value: value, until: Self.now + .seconds(86_400)) else { continue }
            body(entry)
        }
    }
}

/// Prints what the table of revocations adds to the memory of its process.
func revocationBenchmark() {
    var revocations = ManyRevocations()
    // Nothing of the entries is kept but what the table keeps, so that all that is added is its own.
    let before = residentBytes()
    var table = RevocationTable(capacity: 2_000_000, seed: DigestSeed(Array(1...16)))
    revocations.each { table.insert($0) }
    let after = residentBytes()
    let mebibyte = Double(1 << 20)
    print(
        "revocations \(table.count) resident_mib \(text(Double(after - before) / mebibyte))",
        "table_mib \(text(Double(table.bytes) / mebibyte))")
}
