package import ServerHTTP

/// All routes of a gateway. Exactly one of them speaks for a request, or none, and then nobody may come.
///
/// A host that some route names has those routes only. Of its paths the longest speaks, an exact one before a prefix of
/// the same length; and if that path does not have the method, no shorter one is asked, since a rule for less would
/// then open what a rule for more had closed.
package struct GatewayRouteTable: Sendable {
    /// More than an operator writes by hand, and still looked through in microseconds.
    package static let maximumRoutes = 1_000

    /// What the table says about a request.
    package enum Match: Sendable {
        case route(GatewayRoute)
        case nothing
        /// There is something, with these methods (`Allow`, RFC 9110 §10.2.1).
        case otherMethods(allow: String)
    }

    /// Two routes that would both speak for the same request.
    package struct Overlap: Error, Hashable, Sendable {
        package let first: Int
        package let second: Int

        package init(first: Int, second: Int) {
            self.first = first
            self.second = second
        }
    }

    /// The routes of one path, which differ in their methods.
    private struct Place: Sendable {
        let path: NormalisedPath
        let isExact: Bool
        var routes: [GatewayRoute]

        func holds(_ meaning: String.UTF8View) -> Bool {
            let own = path.meaning.utf8
            guard meaning.count >= own.count, meaning.starts(with: own) else { return false }
            guard meaning.count > own.count else { return true }
            guard !isExact else { return false }
            // `/reports` is no prefix of `/reports-of-others`.
            return own.count == 1 || meaning.dropFirst(own.count).first == Octet.slash
        }
    }

    private let named: [HostName: [Place]]
    private let others: [Place]
    package let routes: [GatewayRoute]

    package init(_ routes: [GatewayRoute]) throws(Overlap) {
        for (second, route) in routes.enumerated() {
            for first in 0..<second where Self.overlap(routes[first], route) {
                throw Overlap(first: first, second: second)
            }
        }
        self.routes = routes
        let byHost = Dictionary(grouping: routes, by: \.host)
        var named: [HostName: [Place]] = [:]
        for case (let host?, let routes) in byHost { named[host] = Self.places(routes) }
        self.named = named
        others = Self.places(byHost[nil] ?? [])
    }

    package func match(host: HostName, path: NormalisedPath, method: RequestMethod) -> Match {
        let meaning = path.meaning.utf8
        guard let place = (named[host] ?? others).first(where: { $0.holds(meaning) }) else { return .nothing }
        if let route = place.routes.first(where: { $0.allows(method) }) { return .route(route) }
        let allowed = RequestMethod.allCases.filter { method in place.routes.contains { $0.allows(method) } }
        return .otherMethods(allow: allowed.map(\.rawValue).joined(separator: ", "))
    }

    private static func places(_ routes: [GatewayRoute]) -> [Place] {
        var places: [Place] = []
        for route in routes {
            if let known = places.firstIndex(where: { $0.path == route.path && $0.isExact == route.isExact }) {
                places[known].routes.append(route)
            } else {
                places.append(Place(path: route.path, isExact: route.isExact, routes: [route]))
            }
        }
        return places.sorted {
            ($0.path.meaning.utf8.count, $0.isExact ? 1 : 0) > ($1.path.meaning.utf8.count, $1.isExact ? 1 : 0)
        }
    }

    private static func overlap(_ one: GatewayRoute, _ other: GatewayRoute) -> Bool {
        guard one.host == other.host, one.path.meaning == other.path.meaning, one.isExact == other.isExact else {
            return false
        }
        guard let methods = one.methods, let others = other.methods else { return true }
        return !methods.isDisjoint(with: others)
    }
}
