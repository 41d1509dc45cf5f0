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
        /// The entries of the same grant, subject, client and resource that were added before.
        var previous: Links

        func name(of kind: EpochKey.Kind) -> UInt64 {
            switch kind {
            case .subject: subject
            case .client: client
            case .grant: grant
            case .resource: resource
            }
        }

        func epoch(of kind: EpochKey.Kind) -> Int64 {
            switch kind {
            case .subject: epochs.subject
            case .client: epochs.client
            case .grant: epochs.grant
            case .resource: epochs.resource
            }
        }
    }

    /// Places of entries, one for each kind of name.
    private struct Links {
        private static let none = UInt32.max
        private var places = (subject: none, client: none, grant: none, resource: none)

        subscript(kind: EpochKey.Kind) -> UInt32? {
            get {
                let place =
                    switch kind {
                    case .subject: places.subject
                    case .client: places.client
                    case .grant: places.grant
                    case .resource: places.resource
                    }
                return place == Self.none ? nil : place
            }
            set {
                let place = newValue ?? Self.none
                switch kind {
                case .subject: places.subject = place
                case .client: places.client = place
                case .grant: places.grant = place
                case .resource: places.resource = place
                }
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
    /// The entry of each grant, subject, client and resource that was added last. What is set is left out, by and by, so
    /// that what a name ends is looked for among what it can still end.
    private var latest: [EpochKey.Kind: [UInt64: UInt32]] = [:]

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
        guard let index = UInt32(exactly: entry.index), let place = UInt32(exactly: entries.count),
            place < UInt32.max
        else { return }
        var new = Entry(
            grant: Self.hash(entry.grant), subject: Self.hash(entry.subject), client: Self.hash(entry.client),
            resource: Self.hash(entry.resource.rawValue), epochs: entry.epochs, index: index, previous: Links())
        for kind in EpochKey.Kind.allCases {
            new.previous[kind] = latest[kind, default: [:]].updateValue(place, forKey: new.name(of: kind))
        }
        entries.append(new)
    }

    /// The index that stands for tokens like this one.
    func index(for claims: AccessTokenClaims, at resource: ResourceIndicator) -> Int64? {
        var next = latest[.grant]?[Self.hash(claims.grant)]
        let (subject, client) = (Self.hash(claims.subject), Self.hash(claims.clientID))
        let name = Self.hash(resource.rawValue)
        while let place = next {
            let entry = entries[Int(place)]
            if entry.epochs == claims.epochs, entry.resource == name, entry.client == client,
                entry.subject == subject, !isSet(entry.index)
            {
                return Int64(entry.index)
            }
            next = entry.previous[.grant]
        }
        return nil
    }

    mutating func set(_ index: Int64) {
        guard let index = UInt32(exactly: index) else { return }
        set(index)
    }

    /// Ends all of a grant.
    mutating func end(_ grant: GrantID) { end(.grant, Self.hash(grant)) { _ in true } }

    /// Ends what is older than a counter.
    mutating func end(_ key: EpochKey, _ value: Int64) {
        end(key.kind, Self.hash(key.id)) { $0.epoch(of: key.kind) < value }
    }

    /// Looks at what hangs from the name and is not set, and at nothing else.
    private mutating func end(_ kind: EpochKey.Kind, _ name: UInt64, where isEnded: (Entry) -> Bool) {
        var next = latest[kind]?[name]
        var (first, last): (UInt32?, UInt32?)
        while let place = next {
            let entry = entries[Int(place)]
            next = entry.previous[kind]
            if isEnded(entry) { set(entry.index) }
            guard !isSet(entry.index) else { continue }
            if let last { entries[Int(last)].previous[kind] = place } else { first = place }
            last = place
        }
        if let last { entries[Int(last)].previous[kind] = nil }
        latest[kind]?[name] = first
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
