/// All routes of one listener, by literal path; a path is found by one look-up or not at all.
package struct RouteTable: Sendable {
    private let routes: [String: Route]
    /// What answers below a prefix, for an API with names in its paths.
    private let subtrees: [(prefix: String, route: Route)]

    /// What answers where nothing else does: any path, any method.
    private let fallback: Route?
    /// Whether some route takes content as a stream; otherwise nobody has to ask.
    let hasStreaming: Bool

    package init(
        _ routes: [String: Route], below prefix: String? = nil, _ route: Route? = nil, fallback: Route? = nil
    ) {
        var subtrees: [String: Route] = [:]
        if let prefix, let route { subtrees[prefix] = route }
        self.init(routes, below: subtrees, fallback: fallback)
    }

    /// - Parameter subtrees: by their prefixes, of which none begins with another.
    package init(_ routes: [String: Route], below subtrees: [String: Route], fallback: Route? = nil) {
        self.routes = routes
        self.fallback = fallback
        self.subtrees = subtrees.map { (prefix: $0, route: $1) }
        hasStreaming =
            fallback != nil || subtrees.values.contains(where: \.hasStreaming)
            || routes.values.contains(where: \.hasStreaming)
    }

    subscript(path: String) -> Route? {
        if let route = routes[path] { return route }
        return subtrees.first { path.hasPrefix($0.prefix) }?.route ?? fallback
    }

    /// The labels that metrics may use.
    var names: [String] {
        routes.values.map(\.name) + subtrees.map(\.route.name)
            + (fallback.map { [$0.name] } ?? [])
    }
}
