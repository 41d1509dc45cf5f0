package import JOSE
package import OAuth
import Synchronization

/// Names authorizations so that those given together lie together in the database, with codes, families and indexes.
///
/// Rows in no order cost a page of the log each, and another whenever they are read or changed. Tokens that were given
/// together are mostly refreshed together, too: their access tokens expire together. A name is the second, 16 bits that
/// few names share, and 80 bits of its own; unlike a counter it does not tell clients how many people sign in.
package final class GrantNames: Sendable {
    private struct Place {
        let second: UInt32
        let bits: ArraySlice<UInt8>
        var names = 1
    }

    /// As many as fill a few pages.
    package static let namesPerPlace = 32
    private let place = Mutex<Place?>(nil)
    private let secrets: SecretGenerator

    package init(secrets: SecretGenerator) { self.secrets = secrets }

    package func next(at now: NumericDate) -> GrantID {
        let second = UInt32(truncatingIfNeeded: now.secondsSince1970)
        let random = secrets.bytes(RefreshToken.grantLength - 4)
        let bits = place.withLock { place in
            if var same = place, same.second == second, same.names < Self.namesPerPlace {
                same.names &+= 1
                place = same
                return same.bits
            }
            place = Place(second: second, bits: random.prefix(2))
            return random.prefix(2)
        }
        let moment = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: second >> UInt32($0)) }
        return GrantID(unchecked: Base64URL.encode(moment + bits + random.dropFirst(2)))
    }
}
