public import JOSE

/// One line of the revocation feed: tokens that carry this name with a lower number than this are not accepted.
///
/// What has ended for good has the highest number there is. Of two entries on one name the higher value and the later
/// end count, in whatever order they come.
public struct RevocationEntry: Hashable, Sendable {
    public let name: RevocationName
    /// A token that carries the name with a lower number is revoked; ``ended`` ends every one.
    public let value: Int64
    /// When the last token that it can concern has expired; nobody needs the entry from then on.
    public let until: NumericDate

    /// The value of what has ended for good.
    public static let ended = Int64.max
    /// 2020-01-01T00:00:00Z, from which ``until`` is counted where it is written.
    public static let epoch = NumericDate(secondsSince1970: 1_577_836_800)
    /// Bytes of an entry that ends for good, and of one with a number.
    public static let lengths = (ended: 21, counter: 29)
    private static let types: (ended: UInt8, counter: UInt8) = (1, 2)

    /// `nil` for a value that ends nothing (0 or less). An end outside of 2020 to 2156 moves to the nearest moment
    /// within.
    public init?(_ name: RevocationName, value: Int64 = Self.ended, until: NumericDate) {
        guard value > 0 else { return nil }
        let latest = Self.epoch + .seconds(Int64(UInt32.max))
        self.name = name
        self.value = value
        self.until = min(max(until, Self.epoch), latest)
    }

    /// The same of another name.
    init(_ name: RevocationName, of entry: RevocationEntry) {
        self.name = name
        value = entry.value
        until = entry.until
    }

    public var isEnded: Bool { value == Self.ended }

    /// Type (1 ended, 2 counter), name, end (four bytes) and for a counter its value (eight bytes), numbers in network
    /// order.
    public func append(to bytes: inout [UInt8]) {
        bytes.append(isEnded ? Self.types.ended : Self.types.counter)
        name.append(to: &bytes)
        let seconds = UInt32(clamping: until.secondsSince1970 &- Self.epoch.secondsSince1970)
        for shift in stride(from: 24, through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: seconds >> UInt32(shift)))
        }
        guard !isEnded else { return }
        for shift in stride(from: 56, through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: value >> Int64(shift)))
        }
    }

    /// The bytes that an entry of this type takes; `nil` for no type of ours.
    static func length(ofType type: UInt8) -> Int? {
        switch type {
        case types.ended: lengths.ended
        case types.counter: lengths.counter
        default: nil
        }
    }

    /// Reads exactly one entry; `nil` if it is none, or not written as we write it.
    public init?(_ bytes: ArraySlice<UInt8>) {
        guard let type = bytes.first, bytes.count == Self.length(ofType: type),
            let name = RevocationName(bytes.dropFirst().prefix(RevocationName.length))
        else { return nil }
        let numbers = bytes.dropFirst(1 + RevocationName.length)
        var seconds: Int64 = 0
        for byte in numbers.prefix(4) { seconds = seconds << 8 | Int64(byte) }
        var value = Self.ended
        if type == Self.types.counter {
            var bits: UInt64 = 0
            for byte in numbers.dropFirst(4) { bits = bits << 8 | UInt64(byte) }
            value = Int64(bitPattern: bits)
            guard value != Self.ended else { return nil }
        }
        self.init(name, value: value, until: NumericDate(secondsSince1970: Self.epoch.secondsSince1970 &+ seconds))
    }
}

/// Why a message, a snapshot or the entries of either are not taken.
public enum RevocationFormatError: Error, Hashable, Sendable {
    /// A claim is missing or has a value that it cannot have.
    case invalidClaim(String)
    /// Bytes that are no entry.
    case invalidEntry
    /// More, or less, than was announced.
    case wrongLength
    /// The entries are not those that were signed.
    case wrongDigest
}
