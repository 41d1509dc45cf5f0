package import ResourceServer
package import ServerHTTP

/// What an operator says about one place: who may come, and where it leads.
package struct GatewayRoute: Sendable {
    /// Who may come.
    package enum Access: Hashable, Sendable {
        /// Anybody; a token is neither asked for nor read.
        case everybody
        case rule(AccessRule)
    }

    /// `nil`: every host that no other route names.
    package let host: HostName?
    package let path: NormalisedPath
    /// Only this path, and not what lies below it.
    package let isExact: Bool
    /// `nil`: all that have a name here. `GET` brings `HEAD` with it (RFC 9110 §9.3.2).
    package let methods: Set<RequestMethod>?
    package let access: Access
    /// `nil` where another program forwards the request and only asks.
    package var upstream: Upstream?
    /// Whether the upstream sees the path below this one only.
    package var stripsPrefix = false
    package var forwarding = ForwardingPolicy()
    /// Whether browsers without a token are led to sign in, and a session of theirs counts as one.
    package var signsIn = false

    package init(
        host: HostName? = nil, path: NormalisedPath, isExact: Bool = false, methods: Set<RequestMethod>? = nil,
        access: Access
    ) {
        self.host = host
        self.path = isExact ? path : path.withoutTrailingSlash
        self.isExact = isExact
        self.methods = methods.map { $0.contains(.get) ? $0.union([.head]) : $0 }
        self.access = access
    }

    func allows(_ method: RequestMethod) -> Bool { methods?.contains(method) ?? (method != .other) }

    /// The path that the upstream is asked for.
    package func forwarded(_ path: NormalisedPath) -> NormalisedPath {
        stripsPrefix && !isExact ? path.dropping(self.path) : path
    }

    /// Where in the table it stands, for the label in metrics and logs; made by the operator, never by a caller.
    package var name: String { (host?.text ?? "*") + path.text + (isExact ? "" : path.text == "/" ? "*" : "/*") }
}

extension NormalisedPath {
    /// `/reports/` and `/reports` begin the same places.
    fileprivate var withoutTrailingSlash: NormalisedPath {
        guard text.utf8.count > 1, text.utf8.last == Octet.slash else { return self }
        // What was canonical stays so.
        return (try? NormalisedPath(String(decoding: text.utf8.dropLast(), as: UTF8.self))) ?? self
    }
}
