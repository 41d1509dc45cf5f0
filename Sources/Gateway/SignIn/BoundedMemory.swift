/// Entries in the order in which they came: where there is no room for another one, the oldest goes. A group has a share,
/// so that nobody makes others forgotten.
package struct BoundedMemory<Key: Hashable & Sendable, Group: Hashable & Sendable, Value: Sendable>: Sendable {
    private struct Entry {
        var value: Value
        let group: Group
        let number: UInt64
    }

    private let capacity: Int
    private let share: Int
    private var entries: [Key: Entry] = [:]
    private var groups: [Group: [Key]] = [:]
    /// Entries that were removed stay here until it is tidied up.
    private var order: [(key: Key, number: UInt64)] = []
    private var head = 0
    private var next: UInt64 = 0

    package init(capacity: Int, share: Int) {
        self.capacity = max(1, capacity)
        self.share = max(1, share)
    }

    package var count: Int { entries.count }
    /// For tests of its bound.
    package var places: Int { order.count }

    package subscript(key: Key) -> Value? { entries[key]?.value }

    package mutating func update(_ key: Key, _ change: (inout Value) -> Void) {
        guard let index = entries.index(forKey: key) else { return }
        change(&entries.values[index].value)
    }

    /// - Returns: what went for it.
    package mutating func insert(_ value: Value, as key: Key, of group: Group) -> [Value] {
        var gone: [Value] = []
        if let known = remove(key) { gone.append(known) }
        if let oldest = groups[group], oldest.count >= share, let first = oldest.first, let old = remove(first) {
            gone.append(old)
        }
        while entries.count >= capacity, let old = removeOldest() { gone.append(old) }
        entries[key] = Entry(value: value, group: group, number: next)
        groups[group, default: []].append(key)
        order.append((key, next))
        next &+= 1
        tidyUp()
        return gone
    }

    package mutating func remove(_ key: Key) -> Value? {
        guard let entry = entries.removeValue(forKey: key) else { return nil }
        groups[entry.group]?.removeAll { $0 == key }
        if groups[entry.group]?.isEmpty ?? false { groups[entry.group] = nil }
        return entry.value
    }

    package mutating func removeAll(where condition: (Value) -> Bool) -> [Value] {
        entries.filter { condition($0.value.value) }.keys.compactMap { remove($0) }
    }

    /// Removes the oldest ones for as long as they are old enough.
    package mutating func removeOldest(while condition: (Value) -> Bool) {
        while head < order.count {
            let (key, number) = order[head]
            if let entry = entries[key], entry.number == number {
                guard condition(entry.value) else { return }
                _ = remove(key)
            }
            head += 1
        }
    }

    private mutating func removeOldest() -> Value? {
        while head < order.count {
            let (key, number) = order[head]
            head += 1
            if entries[key]?.number == number { return remove(key) }
        }
        return nil
    }

    /// Once there are twice as many places as entries, which is seldom enough to cost nothing.
    private mutating func tidyUp() {
        guard order.count > 2 * entries.count + 64 else { return }
        order = order[head...].filter { entries[$0.key]?.number == $0.number }
        head = 0
    }
}
