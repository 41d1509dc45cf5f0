package import JOSE

/// What stands at one path: its methods, and who may read its answers across origins.
package struct Route: Sendable {
    package enum Action: Sendable {
        /// Answered without waiting, on the connection's own event loop.
        case immediate(@Sendable (ServerRequest, NumericDate) -> ServerResponse)
        case waiting(ServerRequest.Handler)
        /// May compute or read for long, so it runs where it holds up no connection.
        case apart(ServerRequest.Handler)
        /// Reads the content of the request while it arrives, without the bound for whole bodies, and has deadlines of
        /// its own for what it waits for.
        case streaming(ServerRequest.StreamingHandler)
    }

    /// The label in metrics; never a path that a stranger made up.
    let name: String
    let actions: [RequestMethod: Action]
    /// What answers every method that has no action of its own, those without a name here included.
    let anyMethod: Action?
    let sharing: CrossOriginSharing
    /// The value of `Allow` (RFC 9110 §10.2.1).
    let allow: String

    /// A route that pages of other origins may not read.
    package init(_ name: String, _ actions: [RequestMethod: Action]) {
        self.init(name, sharing: .none, actions)
    }

    init(_ name: String, sharing: CrossOriginSharing, _ actions: [RequestMethod: Action]) {
        anyMethod = nil
        self.name = name
        self.sharing = sharing
        var actions = actions
        // RFC 9110 §9.3.2: HEAD is GET without the content, which the connection leaves out. Where GET is more than
        // looking, a route has a HEAD of its own.
        if let get = actions[.get], actions[.head] == nil { actions[.head] = get }
        self.actions = actions
        let methods = RequestMethod.allCases.filter { actions[$0] != nil || $0 == .options }
        allow = methods.map(\.rawValue).joined(separator: ", ")
    }

    /// A route for every method but `CONNECT` and `TRACE`, whose handler judges headers and content codings itself.
    package init(_ name: String, any handler: @escaping ServerRequest.StreamingHandler) {
        self.name = name
        actions = [:]
        anyMethod = .streaming(handler)
        sharing = .none
        allow = ""
    }

    /// The action for a method, and how its content is taken.
    subscript(method: RequestMethod) -> Action? { actions[method] ?? anyMethod }

    var hasStreaming: Bool {
        if anyMethod != nil { return true }
        return actions.values.contains { if case .streaming = $0 { true } else { false } }
    }
}
