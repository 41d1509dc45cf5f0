/// Reads entries out of bytes that arrive in pieces, without keeping more of them than a part of one entry.
public struct RevocationEntryReader: Sendable {
    /// The beginning of an entry whose rest has not come yet.
    private var rest: [UInt8] = []
    /// Entries so far.
    public private(set) var count = 0

    public init() {}

    /// Hands on each entry that is complete with these bytes.
    public mutating func read(
        _ bytes: ArraySlice<UInt8>, _ take: (RevocationEntry) -> Void
    ) throws(RevocationFormatError) {
        var left = bytes
        if !rest.isEmpty {
            guard let type = rest.first, let length = RevocationEntry.length(ofType: type) else { throw .invalidEntry }
            let missing = left.prefix(max(0, length &- rest.count))
            rest.append(contentsOf: missing)
            left = left.dropFirst(missing.count)
            guard rest.count == length else { return }
            try self.take(rest[...], take)
            rest = []
        }
        while let type = left.first {
            guard let length = RevocationEntry.length(ofType: type) else { throw .invalidEntry }
            let next = left.prefix(length)
            guard next.count == length else {
                rest = Array(next)
                return
            }
            try self.take(next, take)
            left = left.dropFirst(length)
        }
    }

    private mutating func take(
        _ bytes: ArraySlice<UInt8>, _ take: (RevocationEntry) -> Void
    ) throws(RevocationFormatError) {
        guard let entry = RevocationEntry(bytes) else { throw .invalidEntry }
        count &+= 1
        take(entry)
    }

    /// Refuses an end within an entry.
    public func finish() throws(RevocationFormatError) {
        guard rest.isEmpty else { throw .wrongLength }
    }

    /// All entries of bytes that are there at once.
    public static func entries(_ bytes: ArraySlice<UInt8>) throws(RevocationFormatError) -> [RevocationEntry] {
        var reader = RevocationEntryReader()
        var entries: [RevocationEntry] = []
        try reader.read(bytes) { entries.append($0) }
        try reader.finish()
        return entries
    }
}
