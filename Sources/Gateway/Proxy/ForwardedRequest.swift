import OAuth
package import ServerHTTP

/// What an upstream is asked: made anew from what was parsed and judged, so that nothing odd in a request outlives it.
package struct ForwardedRequest: Sendable {
    package let method: String
    /// Path and query.
    package let target: String
    /// `host` among them; no framing, which belongs to the connection.
    package let headers: HeaderFields

    /// Why a request that may pass cannot be passed on.
    package enum Problem: Error, Hashable {
        /// Content that no other program expects is where requests are smuggled (RFC 9110 §9.3.1).
        case contentUnexpected, queryMalformed, identityUnspeakable
    }

    package init(
        _ request: ServerRequest, _ pass: GatewayPass, identity: IdentityHeaders, hasContent: Bool, isSecure: Bool
    ) throws(Problem) {
        if hasContent, request.method == .get || request.method == .head { throw .contentUnexpected }
        let names = identity.names
        let values: [String]
        do { values = try identity.values(for: pass.token) } catch { throw .identityUnspeakable }
        method = request.methodName
        let path = pass.route.forwarded(pass.path).text
        if let query = request.query {
            guard let query = ForwardedQuery.escaped(query) else { throw .queryMalformed }
            target = path + "?" + query
        } else {
            target = path
        }
        var headers = Self.endToEnd(identity.stripped(request.headers), policy: pass.route.forwarding)
        let host = request.headers.first("host") ?? ""
        headers.replace("host", host)
        if let token = pass.sessionToken, pass.route.forwarding.passesAuthorization {
            headers.replace("authorization", "Bearer " + token.revealedValue)
        }
        for (name, value) in zip(names, values) where !value.isEmpty { headers.replace(name, value) }
        switch pass.route.forwarding.origin {
        case .none: break
        case .xForwarded:
            headers.replace("x-forwarded-for", request.peer.clientAddress ?? Self.unknown)
            headers.replace("x-forwarded-host", host)
            headers.replace("x-forwarded-proto", isSecure ? "https" : "http")
        case .forwarded:
            let client = request.peer.clientAddress ?? Self.unknown
            let address = client.contains(":") ? "\"[\(client)]\"" : client
            headers.replace("forwarded", "for=\(address);host=\"\(host)\";proto=\(isSecure ? "https" : "http")")
        }
        headers.replace("via", "1.1 tessera")
        self.headers = headers
    }

    /// A client of whom no proxy told (RFC 7239 §6.2). With nothing at all the upstream would take our own address.
    private static let unknown = "unknown"

    /// Fields that concern one connection (RFC 9110 §7.6.1), and those that are written anew.
    private static let ownFields: Set<String> = [
        "connection", "keep-alive", "proxy-connection", "proxy-authenticate", "proxy-authorization", "te", "trailer",
        "transfer-encoding", "upgrade", "http2-settings", "expect", "host", "content-length", "via", "max-forwards",
        "x-request-id",
    ]

    /// What a client may not have taken away on the way by naming it in `Connection`.
    private static let keptFields: Set<String> = ["authorization", "cookie", "host", "origin", "range"]

    private static func isKept(_ name: String) -> Bool {
        keptFields.contains(name) || name.hasPrefix("content-") || name.hasPrefix("if-") || name.hasPrefix("sec-")
    }

    private static func endToEnd(_ headers: HeaderFields, policy: ForwardingPolicy) -> HeaderFields {
        let listed = Set(headers.all("connection").flatMap(ConnectionOptions.read).filter { !isKept($0) })
        var result = HeaderFields()
        var cookies: [String] = []
        for field in headers.fields {
            if ownFields.contains(field.name) || listed.contains(field.name) { continue }
            if field.name == "authorization", !policy.passesAuthorization { continue }
            // Some servers take `_` and other signs for `-`: `content_length` is nothing that a client needs to say.
            guard field.name.utf8.allSatisfy(isPlain) else { continue }
            if field.name == "cookie" {
                // Every one but our own: a session here is nobody else's business.
                cookies.append(contentsOf: GatewayCookie.foreign(field.value))
            } else {
                result.append(field.name, field.value)
            }
        }
        // HTTP/2 may cut it into several fields, and HTTP/1 has one (RFC 9113 §8.2.3).
        if !cookies.isEmpty { result.append("cookie", cookies.joined(separator: "; ")) }
        return result
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte == 0x2D
    }
}
