package import OAuth

/// Which tokens name a status list, and how large the lists are.
package struct StatusListPolicy: Hashable, Sendable {
    /// Whose JWT access tokens name one.
    package enum Coverage: Hashable, Sendable {
        case none
        case every
        case some(Set<ResourceIndicator>)
    }

    package var resources = Coverage.none
    /// Indexes of one list: a grant hides among as many.
    package var size: Int64 = 1 << 20
    /// Lists that are there at the same time, counted until no token names them. Beyond, grants without an index get no
    /// tokens.
    package var lists: Int = 32
    /// Seconds that a verifier may keep a list.
    package var timeToLive: Int64 = 60
    /// Indexes that are reserved by one write of the store, and lost if the server ends meanwhile.
    package var block: Int64 = 512

    package init() {}

    func covers(_ resource: ResourceIndicator) -> Bool {
        switch resources {
        case .none: false
        case .every: true
        case .some(let named): named.contains(resource)
        }
    }
}
