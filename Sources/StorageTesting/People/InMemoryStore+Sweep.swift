import JOSE
import OAuth
import Storage

extension InMemoryStore.People {
    /// Removes what nobody needs any more; returns how many entries went.
    mutating func sweep(at now: NumericDate, limit: Int) -> Int {
        let past = now - .seconds(Retention.aftermath)
        var count = Self.remove(from: &pending, limit) { $0.expiresAt <= now }
        count += Self.remove(from: &mails, limit) { $0.expiresAt <= now }
        count += Self.remove(from: &alarms, limit) { $0.expiresAt <= now }
        count += Self.remove(from: &logouts, limit) { $0.expiresAt <= now }
        count += Self.remove(from: &links, limit) {
            $0.link.expiresAt <= now && $0.link.createdAt <= now - .seconds(3600)
        }
        let expired = users.values.filter { $0.expiresAt.map { $0 <= now } ?? false }.map(\.id).prefix(limit)
        for id in expired {
            users[id] = nil
            links = links.filter { $0.value.link.subject != id }
        }
        count += expired.count
        let unspent = codes.values.filter { !$0.isSpent && $0.code.expiresAt <= past }.map(\.code.grant).prefix(limit)
        for grant in unspent { authorizations[grant] = nil }
        count += unspent.count
        codes = codes.filter { authorizations[$0.value.code.grant] != nil }
        count += Self.remove(from: &codes, limit) { $0.code.expiresAt <= past }
        count += Self.remove(from: &sessions, limit) { $0.end == nil && $0.session.expiresAt <= now }
        count += Self.remove(from: &sessions, limit) { entry in entry.end.map { $0.at <= past } ?? false }
        participants = participants.filter { sessions[$0.key] != nil }
        let idle = families.values.filter { $0.sweepDay <= now.secondsSince1970 / 86_400 }.map(\.grant).prefix(limit)
        for grant in idle { authorizations[grant] = nil }
        count += idle.count
        count += Self.remove(from: &authorizations, limit) {
            $0.end == nil && $0.authorization.expiresAt <= past
        }
        count += Self.remove(from: &authorizations, limit) { entry in entry.end.map { $0.at <= past } ?? false }
        // What hangs from an authorization goes with it.
        codes = codes.filter { authorizations[$0.value.code.grant] != nil }
        families = families.filter { authorizations[$0.key] != nil }
        return count
    }

    private static func remove<Key, Value>(
        from entries: inout [Key: Value], _ limit: Int, where isOver: (Value) -> Bool
    ) -> Int {
        let keys = entries.filter { isOver($0.value) }.keys.prefix(limit)
        for key in keys { entries[key] = nil }
        return keys.count
    }
}
