import JOSE
import OAuth
import Storage

/// The other keys of a purpose while one of them ends.
struct KeySuccession {
    var others: [KeyRecord]
    var new: [KeyRecord] = []
    var changed: [KeyRecord] = []

    /// Whether another key can make tokens at this moment.
    func bridges(at now: NumericDate) -> Bool { (others + new).contains { $0.mayMakeTokens(at: now) } }

    /// Whether a key is there that nobody has told to stop.
    var isOpen: Bool { !new.isEmpty || others.contains { $0.retiredAt == nil } }

    /// When the next key of those takes over.
    var next: NumericDate? { (others + new).filter { $0.retiredAt == nil }.map(\.activeFrom).min() }

    /// Verifiers know an announced key already; it need not wait when nothing else can sign.
    mutating func activateNext(at now: NumericDate) {
        guard
            let index = others.indices.filter({ others[$0].retiredAt == nil })
                .min(by: { others[$0].activeFrom < others[$1].activeFrom })
        else { return }
        others[index].activeFrom = min(others[index].activeFrom, now)
        changed.append(others[index])
    }

    /// Whoever was to stop before the successor starts goes on until then.
    mutating func extend(to activeFrom: NumericDate, removingAfter life: Duration, at now: NumericDate) {
        for index in others.indices where others[index].mayMakeTokens(at: now) {
            guard let end = others[index].retiredAt, end < activeFrom else { continue }
            others[index].retiredAt = activeFrom
            others[index].removedAt = activeFrom + life
            changed.append(others[index])
        }
    }
}
