package import JOSE

/// What stands at one path: its methods, and who may read its answers across origins.
package struct Route: Sendable {
    package enum Action: Sendable {
        /// Answered without waiting, on the connection's own event loop.
        case immediate(@Sendable (ServerRequest, NumericDate) -> ServerResponse)
        case waiting(ServerRequest.Handler)
        /// May compute or read for long, so it runs where it holds up no connection.
        case apart(ServerRequest.Handler)
    }

    /// The label in metrics; never a path that a stranger made up.
    let name: String
    let actions: [RequestMethod: Action]
    let sharing: CrossOriginSharing
    /// The value of `Allow` (RFC 9110 §10.2.1).
    let allow: String

    /// A route that pages of other origins may not read.
    package init(_ name: String, _ actions: [RequestMethod: Action]) {
        self.init(name, sharing: .none, actions)
    }

    init(_ name: String, sharing: CrossOriginSharing, _ actions: [RequestMethod: Action]) {
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
}
