import Gateway
import OAuth
import ResourceServer
import ServerHTTP
import Yams

/// One route of the file, from its mapping.
struct GatewayRouteReader {
    private let node: Node
    private(set) var problems: [(line: Int, text: String, remedy: String)] = []

    init(_ node: Node) { self.node = node }

    private enum Key: String, CaseIterable {
        case host, path, match, methods, access, scope, acr, upstream
        case maxAge = "max-age"
        case stripPrefix = "strip-prefix"
        case signIn = "sign-in"
    }

    private static let names = Key.allCases.map(\.rawValue) + ForwardingReader.Key.allCases.map(\.rawValue)

    /// `nil` if anything is wrong with it.
    mutating func route() -> GatewayRoute? {
        guard let mapping = node.mapping else {
            refuse(node, "this is no route", "Write '- path: /…' and its other keys below.")
            return nil
        }
        for (name, _) in mapping where !Self.names.contains(name.string ?? "") {
            refuse(
                name, "\(name.string ?? "this") is no key of a route",
                NearestName.of(name.string ?? "", among: Self.names).map { "Did you mean \($0)?" }
                    ?? "A route has \(Self.names.joined(separator: ", ")).")
        }
        let host = value(.host, "a host name without scheme, port and path") { HostName($0) }
        let isExact = value(.match, "prefix or exact") { ["prefix": false, "exact": true][$0] } ?? false
        let methods = methods()
        let access = access()
        let upstream = value(.upstream, "http:// or https:// with host and port, and nothing behind") { Upstream($0) }
        let strips = flag(.stripPrefix)
        if strips, isExact || upstream == nil {
            refuse(field(.stripPrefix) ?? node, "strip-prefix needs a prefix and an upstream", "Remove it.")
        }
        let signsIn = flag(.signIn)
        if signsIn, access == .everybody {
            refuse(field(.signIn) ?? node, "sign-in means nothing where everybody may come", "Remove it.")
        }
        var forwarding = ForwardingReader(node)
        let policy = forwarding.policy(hasUpstream: upstream != nil, signsIn: signsIn)
        problems += forwarding.problems
        guard let path = path(), let access, problems.isEmpty else { return nil }
        var route = GatewayRoute(host: host, path: path, isExact: isExact, methods: methods, access: access)
        route.upstream = upstream
        route.stripsPrefix = strips
        route.signsIn = signsIn
        route.forwarding = policy
        return route
    }

    private mutating func path() -> NormalisedPath? {
        guard let node = field(.path), let text = node.scalar?.string else {
            refuse(node, "the route has no path", "Add 'path: /…'; '/' is everything.")
            return nil
        }
        do {
            let path = try NormalisedPath(text)
            guard !OwnPath.holds(path) else {
                refuse(node, "what lies below \(OwnPath.prefix) is the gateway's own", "Choose another path.")
                return nil
            }
            return path
        } catch {
            refuse(
                node, "\(text) is no path that is read in one way only (\(error.rawValue))",
                "Begin with a slash; write no //, dot segments, backslashes, semicolons or escaped slashes.")
            return nil
        }
    }

    private mutating func methods() -> Set<RequestMethod>? {
        guard let node = field(.methods) else { return nil }
        let found =
            (node.sequence?.compactMap { $0.scalar.flatMap { RequestMethod(rawValue: $0.string) } }.filter {
                $0 != .other
            }) ?? []
        guard !found.isEmpty, found.count == node.sequence?.count else {
            refuse(
                node, "methods must be a list of request methods",
                "Use \(RequestMethod.allCases.map(\.rawValue).joined(separator: ", ")).")
            return nil
        }
        return Set(found)
    }

    private mutating func access() -> GatewayRoute.Access? {
        let isOpen = value(.access, "token or public") { ["token": false, "public": true][$0] } ?? false
        let scope = value(.scope, "scope tokens, separated by spaces") { try? Scope($0) }
        let maxAge = value(.maxAge, "seconds, at most a year") {
            Int64($0).flatMap { (0...31_536_000).contains($0) ? $0 : nil }
        }
        let classes = contextClasses()
        guard isOpen else {
            return .rule(
                AccessRule(
                    scope: scope ?? .empty, contextClasses: classes, maxAge: maxAge.map { Duration.seconds($0) }))
        }
        for key in [Key.scope, .acr, .maxAge] {
            guard let node = field(key) else { continue }
            refuse(node, "\(key.rawValue) means nothing where everybody may come", "Remove it, or access: public.")
        }
        return .everybody
    }

    private mutating func contextClasses() -> [String] {
        guard let node = field(.acr) else { return [] }
        let found = node.sequence?.compactMap { $0.scalar?.string } ?? node.scalar.map { [$0.string] } ?? []
        guard !found.isEmpty, found.count == node.sequence?.count ?? 1, !found.contains(where: \.isEmpty) else {
            refuse(node, "acr must be a value or a list of values", "Write acr: [\"2\", \"3\"].")
            return []
        }
        return found
    }

    private mutating func flag(_ key: Key) -> Bool {
        value(key, "true or false") { ["true": true, "false": false][$0] } ?? false
    }

    /// `nil` if the key is not there or, which is a problem, has no such value.
    private mutating func value<Value>(_ key: Key, _ expectation: String, _ read: (String) -> Value?) -> Value? {
        guard let node = field(key) else { return nil }
        guard let text = node.scalar?.string, let value = read(text) else {
            refuse(node, "\(key.rawValue) must be \(expectation)", "Correct it, or remove it.")
            return nil
        }
        return value
    }

    private func field(_ key: Key) -> Node? { node.mapping?[key.rawValue] }

    private mutating func refuse(_ node: Node, _ text: String, _ remedy: String) {
        problems.append((node.line, text, remedy))
    }
}
