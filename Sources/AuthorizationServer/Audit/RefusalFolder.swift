import JOSE
import OAuth
import Risk
import Storage
import Synchronization

/// Gathers refusals for the audit log: equal ones within a minute become one event with a count, and none is lost.
///
/// Its memory is bounded: when too many different ones are open, further ones are counted in one event for all.
final class RefusalFolder: Sendable {
    private struct Kind: Hashable {
        let action: String
        let actor: String
        let target: String
        let address: String
        let detail: String
    }

    private struct Open {
        let event: AuditEvent
        var storedID: Int64?
        var pending: Int64
        var lastAt: NumericDate
    }

    static let window = Duration.seconds(60)
    static let capacity = 4096

    private let open = Mutex<[Kind: Open]>([:])

    /// - Parameter isAlarm: whether its target, of which strangers can make no others, is named whatever else there is: no
    ///   flood of refusals hides an alarm.
    func record(_ event: AuditEvent, isAlarm: Bool = false) {
        open.withLock { open in
            var event = event
            var kind = Self.kind(of: event)
            if open[kind] == nil, open.count >= Self.capacity {
                event.actor = "many"
                if !isAlarm { event.target = "" }
                event.address = ""
                kind = Self.kind(of: event)
            }
            if open[kind] == nil {
                open[kind] = Open(event: event, storedID: nil, pending: 1, lastAt: event.at)
            } else {
                open[kind]?.pending += 1
                open[kind]?.lastAt = event.at
            }
        }
    }

    private static func kind(of event: AuditEvent) -> Kind {
        Kind(
            action: event.action, actor: event.actor, target: event.target,
            address: AddressPrefix(event.address).text, detail: event.detail)
    }

    /// Writes what has gathered and closes windows that are over: of a flood that goes on, each minute is an event of its
    /// own. What cannot be written stays for the next time.
    func flush(to log: any AuditLog, at now: NumericDate) async throws {
        let due = open.withLock { open in
            let due = open.filter { $0.value.pending > 0 }
            open = open.filter { now - $0.value.event.at < Self.window }
            for kind in open.keys { open[kind]?.pending = 0 }
            return due
        }
        guard !due.isEmpty else { return }
        try await write(due, to: log)
    }

    private func write(_ due: [Kind: Open], to log: any AuditLog) async throws {
        let additions = due.values.compactMap { entry in
            entry.storedID.map { AuditAddition(id: $0, count: entry.pending, lastAt: entry.lastAt) }
        }
        let fresh = due.filter { $0.value.storedID == nil }.sorted { $0.value.event.at < $1.value.event.at }
        let events = fresh.map { _, entry in
            var event = entry.event
            event.count = entry.pending
            event.lastAt = entry.lastAt
            return event
        }
        do {
            if !additions.isEmpty { try await log.fold(additions) }
        } catch {
            restore(due)
            throw error
        }
        guard !events.isEmpty else { return }
        do {
            let ids = try await log.append(events)
            open.withLock { open in
                // Where the window is over, the entry that is open now is of the next one.
                for ((kind, entry), id) in zip(fresh, ids) where open[kind]?.event == entry.event {
                    open[kind]?.storedID = id
                }
            }
        } catch {
            // What was added to stored events is stored: only the fresh ones may be tried again.
            restore(due.filter { $0.value.storedID == nil })
            throw error
        }
    }

    private func restore(_ entries: [Kind: Open]) {
        open.withLock { open in
            for (kind, entry) in entries {
                var entry = entry
                if let newer = open[kind] {
                    entry.pending += newer.pending
                    entry.lastAt = newer.lastAt
                }
                open[kind] = entry
            }
        }
    }
}
