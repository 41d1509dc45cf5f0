import JOSE
import OAuth
import Storage

/// An index that nobody was given before.
struct DrawnIndex: Sendable {
    let list: StatusList
    let index: Int64
    /// Grows with each list that is begun.
    let generation: Int
}

/// Draws indexes that nobody was given, from blocks that the store has reserved.
actor StatusIndexes {
    private let store: any StatusListStore
    private let policy: StatusListPolicy
    private let secrets: SecretGenerator
    private var list: StatusList?
    private var order: StatusListOrder?
    private var generation = 0
    /// What is left of the block.
    private var places: Range<Int64> = 0..<0
    private var refill: Task<StatusReservation?, any Error>?

    init(store: any StatusListStore, policy: StatusListPolicy, secrets: SecretGenerator) {
        self.store = store
        self.policy = policy
        self.secrets = secrets
    }

    /// Throws ``StoreError/busy`` while there are as many lists as may be.
    func next(at now: NumericDate) async throws -> DrawnIndex {
        while true {
            if let list, let order, let place = places.first {
                places = (place &+ 1)..<places.upperBound
                return DrawnIndex(list: list, index: order.index(at: place), generation: generation)
            }
            // All who come meanwhile wait for the same block.
            let running = refill ?? Task { try await reserve(at: now) }
            refill = running
            let result = await running.result
            if refill == running {
                refill = nil
                if case .success(let reservation?) = result { take(reservation) }
            }
            guard try result.get() != nil else { throw StoreError.busy }
        }
    }

    private func take(_ reservation: StatusReservation) {
        if list?.id != reservation.list.id {
            order = StatusListOrder(reservation.list)
            generation &+= 1
        }
        list = reservation.list
        places = reservation.places
    }

    private func reserve(at now: NumericDate) async throws -> StatusReservation? {
        let fresh = StatusList(
            id: Base64URL.encode(secrets.bytes(12)), key: secrets.bytes(32), size: policy.size, createdAt: now)
        return try await store.reserveStatusPlaces(policy.block, orOpen: fresh, limit: policy.lists, at: now)
    }
}
