package import ResourceServer

/// What a gateway decided about a request.
package enum GatewayVerdict: Sendable {
    case allowed(GatewayPass)
    case refused(GatewayRefusal)
}

/// A request that may go on, and all that is needed to send it there.
package struct GatewayPass: Sendable {
    package var route: GatewayRoute
    /// The path that was judged, before a prefix is taken from it.
    package let path: NormalisedPath
    /// `nil` where everybody may come.
    package let token: AccessToken?
}

/// Why a request goes no further.
package enum GatewayRefusal: Error, Hashable, Sendable {
    case host
    case path(AmbiguousPath)
    /// What no route names is closed.
    case noRoute
    case method(allow: String)
    case access(AccessRefusal)
    /// Who comes has a name that no header field can say.
    case identity
}
