import JOSE
import OAuth
import Storage
import Synchronization

/// Families of refresh tokens that were rotated lately, as they stood then, so that the next refresh need not read them.
///
/// Nothing is believed because it is remembered: the rotation compares all of it with the store, in the one write that
/// it is, and where anything differs nothing is spent and the store is asked (``RefreshTokenStore``). So no change needs
/// to be told here, and no server beside this one can make it wrong.
final class RememberedFamilies: Sendable {
    /// An object, because a request hands it on ten times and it holds two dozen texts.
    final class Entry: Sendable {
        let record: RefreshRecord
        let key: RefreshKey
        /// The code of the token that moves the family on, as it was made when that was handed out.
        let code: RefreshKey.Code?
        let names: AuthorizationNames?

        init(
            record: RefreshRecord, key: RefreshKey, code: RefreshKey.Code? = nil, names: AuthorizationNames? = nil
        ) {
            self.record = record
            self.key = key
            self.code = code
            self.names = names
        }
    }

    /// Two halves: when the young one is full it becomes the old one, and what nobody used since then is gone.
    private struct Halves {
        var young: [GrantID: Entry] = [:]
        var old: [GrantID: Entry] = [:]
    }

    private let half: Int
    private let halves = Mutex(Halves())

    /// - Parameter capacity: families, at most; 0 for none.
    init(capacity: Int) { half = max(0, capacity) / 2 }

    /// The family, if that generation is the one that moves it on; any other question is for the store.
    func entry(of grant: GrantID, movedBy generation: Int64) -> Entry? {
        guard half > 0, let entry = halves.withLock({ $0.young[grant] ?? $0.old[grant] }),
            entry.record.family.head == generation
        else { return nil }
        return entry
    }

    /// Remembers a family as a rotation left it, and when that was noted as a use of its session.
    ///
    /// - Parameters:
    ///   - code: of the token that moves it on.
    ///   - names: as its tokens were struck with them.
    func keep(
        _ entry: Entry, as family: RefreshFamily, usingSessionAt moment: NumericDate? = nil,
        code: RefreshKey.Code? = nil, names: AuthorizationNames? = nil
    ) {
        guard half > 0 else { return }
        let grant = family.grant
        let moved = Entry(
            record: entry.record.moved(to: family, usingSessionAt: moment), key: entry.key, code: code, names: names)
        halves.withLock { halves in
            // Two rotations that follow each other closely may come here in either order.
            let known = halves.young[grant] ?? halves.old[grant]
            if let known, known.record.family.head > family.head { return }
            if halves.young[grant] == nil, halves.young.count >= half { halves = Halves(old: halves.young) }
            halves.young[grant] = moved
        }
    }

    func forget(_ grant: GrantID) {
        halves.withLock { halves in
            halves.young[grant] = nil
            halves.old[grant] = nil
        }
    }

    var count: Int { halves.withLock { Set($0.young.keys).union($0.old.keys).count } }
}
