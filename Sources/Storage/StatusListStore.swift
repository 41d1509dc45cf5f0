package import JOSE
package import OAuth

/// A list in which grants have an index each, as the store keeps it (draft-ietf-oauth-status-list §4).
package struct StatusList: Hashable, Sendable {
    /// Stands in the address of the list.
    package let id: String
    /// Orders the indexes: without it, their order says nothing about when they were given.
    package let key: [UInt8]
    /// How many indexes there are.
    package let size: Int64
    package let createdAt: NumericDate
    /// Indexes that were reserved, in the order that ``key`` makes.
    package var reserved: Int64
    /// When the last one was gone. No token names the list that was made later.
    package var closedAt: NumericDate?

    package init(
        id: String, key: [UInt8], size: Int64, createdAt: NumericDate, reserved: Int64 = 0,
        closedAt: NumericDate? = nil
    ) {
        self.id = id
        self.key = key
        self.size = size
        self.createdAt = createdAt
        self.reserved = reserved
        self.closedAt = closedAt
    }
}

/// Indexes that nobody else is given, in any order of events.
package struct StatusReservation: Hashable, Sendable {
    package let list: StatusList
    /// Places in the order of the list's key.
    package let places: Range<Int64>

    package init(list: StatusList, places: Range<Int64>) {
        self.list = list
        self.places = places
    }
}

/// Whose tokens an index stands for: those of one grant at one resource, made while the counters stood like this.
package struct StatusEntry: Hashable, Sendable {
    package let list: String
    package let index: Int64
    package let grant: GrantID
    package let subject: Subject
    package let client: ClientID
    package let resource: ResourceIndicator
    package let epochs: TokenEpochs

    package init(
        list: String, index: Int64, grant: GrantID, subject: Subject, client: ClientID, resource: ResourceIndicator,
        epochs: TokenEpochs
    ) {
        self.list = list
        self.index = index
        self.grant = grant
        self.subject = subject
        self.client = client
        self.resource = resource
        self.epochs = epochs
    }
}

/// Which grant has which index in which status list. What has ended is not written here: it follows from the rest.
package protocol StatusListStore: Sendable {
    /// Reserves at most `count` places in the open list, durably: no place is ever given twice, whatever becomes of those
    /// who asked. `fresh` becomes the open list if there is none; one without places left is closed at `now`. `nil`:
    /// `fresh` was needed, and `limit` lists are there already.
    func reserveStatusPlaces(
        _ count: Int64, orOpen fresh: StatusList, limit: Int, at now: NumericDate
    ) async throws -> StatusReservation?
    /// Gives an index away. Throws ``StoreError/failed(_:)`` if it was given before.
    func insert(_ entry: StatusEntry) async throws
    /// All lists, the oldest first.
    func statusLists() async throws -> [StatusList]
    /// What a list is about, by index.
    func statusEntries(of list: String, after index: Int64?, limit: Int) async throws -> [StatusEntry]
}
