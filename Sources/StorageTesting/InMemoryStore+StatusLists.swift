package import JOSE
import OAuth
package import Storage

extension InMemoryStore: StatusListStore {
    package func reserveStatusPlaces(
        _ count: Int64, orOpen fresh: StatusList, limit: Int, at now: NumericDate
    ) throws -> StatusReservation? {
        try write { contents in
            if let full = contents.statusLists.firstIndex(where: { $0.closedAt == nil && $0.size <= $0.reserved }) {
                contents.statusLists[full].closedAt = now
            }
            if !contents.statusLists.contains(where: { $0.closedAt == nil }) {
                guard contents.statusLists.count < limit else { return nil }
                contents.statusLists.append(fresh)
            }
            guard let open = contents.statusLists.firstIndex(where: { $0.closedAt == nil }) else { return nil }
            let first = contents.statusLists[open].reserved
            let end = min(contents.statusLists[open].size, first &+ max(1, count))
            contents.statusLists[open].reserved = end
            return StatusReservation(list: contents.statusLists[open], places: first..<end)
        }
    }

    package func insert(_ entry: StatusEntry) throws {
        try write { contents in
            guard contents.statusEntries[entry.list]?[entry.index] == nil else {
                throw StoreError.failed("index \(entry.index) of a status list was given twice")
            }
            contents.statusEntries[entry.list, default: [:]][entry.index] = entry
        }
    }

    package func statusLists() throws -> [StatusList] { try read(\.statusLists) }

    package func statusEntries(of list: String, after index: Int64?, limit: Int) throws -> [StatusEntry] {
        try read { contents in
            (contents.statusEntries[list] ?? [:]).values.filter { (index ?? -1) < $0.index }
                .sorted { $0.index < $1.index }.prefix(max(0, limit)).map { $0 }
        }
    }
}

extension InMemoryStore.Contents {
    /// Deletes at most `limit` entries of lists that no living token names, and the lists that are empty then.
    mutating func sweepStatusLists(closedUpTo end: NumericDate, limit: Int) -> Int {
        var left = limit
        var count = 0
        for list in statusLists where list.closedAt.map({ $0 <= end }) ?? false {
            let gone = (statusEntries[list.id] ?? [:]).keys.prefix(left)
            for index in gone { statusEntries[list.id]?[index] = nil }
            left -= gone.count
            count += gone.count
            guard statusEntries[list.id]?.isEmpty ?? true else { continue }
            statusEntries[list.id] = nil
            statusLists.removeAll { $0.id == list.id }
            count += 1
        }
        return count
    }
}
