import Glibc

/// What the operating system lets this process have.
enum ProcessLimits {
    /// Files that are open besides connections: the database, logs, sockets, threads' own.
    private static let otherFiles = 256

    /// Asks for enough open files for this many connections; returns how many connections there is room for.
    static func makeRoom(forConnections connections: Int) -> Int {
        var limit = rlimit()
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        guard getrlimit(resource, &limit) == 0 else { return connections }
        let wanted = rlim_t(connections + otherFiles)
        if limit.rlim_cur < wanted {
            limit.rlim_cur = min(wanted, limit.rlim_max)
            _ = setrlimit(resource, &limit)
            guard getrlimit(resource, &limit) == 0 else { return connections }
        }
        guard limit.rlim_cur < wanted else { return connections }
        return max(1, Int(limit.rlim_cur) - otherFiles)
    }

    /// A dump of memory would hold the keys in clear.
    static func refuseCoreDumps() {
        var limit = rlimit(rlim_cur: 0, rlim_max: 0)
        _ = setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &limit)
    }
}
