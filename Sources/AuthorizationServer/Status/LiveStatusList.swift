import JOSE
import OAuth
import Storage

/// One status list in memory: its bits, and whose they are.
struct LiveStatusList: Sendable {
    /// Names are kept as what this process hashes them to: one in 2⁶⁴ is taken for another.
    private struct Entry {
        let grant: UInt64
        let subject: UInt64
        let client: UInt64
        let resource: UInt64
        let epochs: TokenEpochs
        let index: UInt32
        /// The entry of the same grant that was added before.
        let previous: UInt32?

        func isEnded(by kind: EpochKey.Kind, _ name: UInt64, _ value: Int64) -> Bool {
            switch kind {
            case .subject: subject == name && epochs.subject < value
            case .client: client == name && epochs.client < value
            case .grant: grant == name && epochs.grant < value
            case .resource: resource == name && epochs.resource < value
            }
        }
    }

    /// From when on no grant gets an index of it.
    var closedAt: NumericDate?
    /// The lowest index is the lowest bit of the first byte (draft-ietf-oauth-status-list §4.1).
    private(set) var bits: [UInt8]
    /// Grows with each bit that is set.
    private(set) var version: UInt64 = 0
    private var entries: [Entry] = []
    /// The entry of each grant that was added last.
    private var latest: [UInt64: UInt32] = [:]

    init(_ list: StatusList) {
        closedAt = list.closedAt
        bits = [UInt8](repeating: 0, count: Int(clamping: list.size / 8 &+ (list.size % 8 == 0 ? 0 : 1)))
    }

    var count: Int { entries.count }

    private static func hash(_ name: some Identifier) -> UInt64 { hash(name.rawValue) }
    private static func hash(_ name: String) -> UInt64 {
        var hasher = Hasher()
        hasher.combine(name)
        return UInt64(truncatingIfNeeded: hasher.finalize())
    }

    mutating func add(_ entry: StatusEntry) {
        guard let index = UInt32(exactly: entry.index), let place = UInt32(exactly: entries.count) else { return }
        let grant = Self.hash(entry.grant)
        entries.append(
            Entry(
                grant: grant, subject: Self.hash(entry.subject), client: Self.hash(entry.client),
                resource: Self.hash(entry.resource.rawValue), epochs: entry.epochs, index: index,
                previous: latest[grant]))
        latest[grant] = place
    }

    /// The index that stands for tokens like this one.
    func index(for claims: AccessTokenClaims, at resource: ResourceIndicator) -> Int64? {
        guard var place = latest[Self.hash(claims.grant)] else { return nil }
        let (subject, client) = (Self.hash(claims.subject), Self.hash(claims.clientID))
        let name = Self.hash(resource.rawValue)
        while true {
            let entry = entries[Int(place)]
            if entry.epochs == claims.epochs, entry.resource == name, entry.client == client,
                entry.subject == subject, !isSet(entry.index)
            {
                return Int64(entry.index)
            }
            guard let previous = entry.previous else { return nil }
            place = previous
        }
    }

    mutating func set(_ index: Int64) {
        guard let index = UInt32(exactly: index) else { return }
        set(index)
    }

    /// Ends all of a grant.
    mutating func end(_ grant: GrantID) { end(grant: Self.hash(grant)) { _ in true } }

    /// Ends what is older than a counter.
    mutating func end(_ key: EpochKey, _ value: Int64) {
        let name = Self.hash(key.id)
        guard key.kind != .grant else { return end(grant: name) { $0.epochs.grant < value } }
        for place in entries.indices where entries[place].isEnded(by: key.kind, name, value) {
            set(entries[place].index)
        }
    }

    private mutating func end(grant: UInt64, where matches: (Entry) -> Bool) {
        var next = latest[grant]
        while let place = next {
            let entry = entries[Int(place)]
            if matches(entry) { set(entry.index) }
            next = entry.previous
        }
    }

    private func isSet(_ index: UInt32) -> Bool {
        let byte = Int(index / 8)
        return byte < bits.count && bits[byte] & (1 << (index % 8)) != 0
    }

    private mutating func set(_ index: UInt32) {
        let byte = Int(index / 8)
        guard byte < bits.count, !isSet(index) else { return }
        bits[byte] |= 1 << (index % 8)
        version &+= 1
    }
}
