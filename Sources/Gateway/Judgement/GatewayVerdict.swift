package import OAuth
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
    /// The text of the token, where it did not come with the request: it is that of a browser's session.
    package var sessionToken: Secret?
}

/// Why a request goes no further.
package enum GatewayRefusal: Error, Hashable, Sendable {
    case host
    case path(AmbiguousPath)
    /// What no route names is closed.
    case noRoute
    case method(allow: String)
    case access(AccessRefusal)
    case browser(BrowserRefusal)
    /// Who comes has a name that no header field can say.
    case identity
}

/// Why a request of a person's browser goes no further.
package enum BrowserRefusal: Hashable, Sendable {
    /// Nobody is signed in there.
    case noSession
    /// Its token was revoked, or the issuer gives no other.
    case sessionEnded
    /// The person must sign in again: better, or now.
    case stepUp(AccessRefusal)
    /// A page of another site made the browser ask (cross-site request forgery).
    case foreignPage

    /// As programs are told that there is no session, and what is missing.
    var access: AccessRefusal? {
        switch self {
        case .noSession, .sessionEnded: .noToken
        case .stepUp(let refusal): refusal
        case .foreignPage: nil
        }
    }
}
