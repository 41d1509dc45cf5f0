/// All routes of one listener, by literal path; a path is found by one look-up or not at all.
package struct RouteTable: Sendable {
    private let routes: [String: Route]
    /// What answers below a prefix, for an API with names in its paths.
    private let subtree: (prefix: String, route: Route)?

    /// What answers where nothing else does: any path, any method.
    private let fallback: Route?
    /// Whether some route takes content as a stream; otherwise nobody has to ask.
    let hasStreaming: Bool

    package init(
        _ routes: [String: Route], below prefix: String? = nil, _ route: Route? = nil, fallback: Route? = nil
    ) {
        self.routes = routes
        self.fallback = fallback
        if let prefix, let route { subtree = (prefix, route) } else { subtree = nil }
        hasStreaming = fallback != nil || route?.hasStreaming == true || routes.values.contains(where: \.hasStreaming)
    }

    subscript(path: String) -> Route? {
        if let route = routes[path] { return route }
        guard let subtree, path.hasPrefix(subtree.prefix) else { return fallback }
        return subtree.route
    }

    /// The labels that metrics may use.
    var names: [String] {
        routes.values.map(\.name) + (subtree.map { [$0.route.name] } ?? [])
            + (fallback.map { [$0.name] } ?? [])
    }
}
