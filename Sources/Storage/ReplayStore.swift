package import JOSE

/// Where an identifier is spent; two domains never collide.
package struct ReplayDomain: Hashable, Sendable {
    package let rawValue: String

    /// The `jti` of a client's assertions (RFC 7523 §3).
    package static func clientAssertion(_ client: String) -> ReplayDomain {
        ReplayDomain(rawValue: "assertion:" + client)
    }
}

/// Things that may be used once.
package protocol ReplayStore: Sendable {
    /// Whether `id` is new within `domain`. Asking is claiming: of many callers, one is told `true`.
    func claim(_ id: String, in domain: ReplayDomain, until expiry: NumericDate) async throws -> Bool
}
