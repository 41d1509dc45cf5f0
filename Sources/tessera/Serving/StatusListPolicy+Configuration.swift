import AuthorizationServer
import OAuth

extension StatusListPolicy {
    /// The policy that the settings describe.
    init(_ configuration: Configuration) {
        self.init()
        let named = configuration.list(.statusListResources)
        switch named {
        case []: resources = .none
        case ["*"]: resources = .every
        default: resources = .some(Set(named.compactMap { try? ResourceIndicator($0) }))
        }
        size = Int64(configuration.integer(.statusListSize))
        lists = configuration.integer(.statusListLists)
        timeToLive = Int64(configuration.integer(.statusListLifetime))
    }
}
