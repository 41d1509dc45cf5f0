import ServerHTTP

/// What browsers say about their own requests, which no page can make them say (Fetch standard).
enum BrowserRequest {
    /// Whether somebody looks at an address, and would look at a page of ours just as well.
    static func isNavigation(_ method: RequestMethod, _ headers: HeaderFields) -> Bool {
        guard method == .get || method == .head, !opensWebSocket(headers) else { return false }
        if let mode = headers.first("sec-fetch-mode"), mode != "navigate" { return false }
        // A frame shows no sign-in: the issuer's pages do not let themselves be framed.
        if let destination = headers.first("sec-fetch-dest"), destination != "document" { return false }
        return acceptsHTML(headers)
    }

    /// Said in so many words: `*/*` is what programs send.
    static func acceptsHTML(_ headers: HeaderFields) -> Bool {
        headers.all("accept").contains { value in
            value.utf8.split(separator: UInt8(ascii: ",")).contains { range in
                let parts = range.split(separator: UInt8(ascii: ";")).map { part in
                    part.filter { $0 != 0x20 && $0 != 0x09 }.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
                }
                guard let type = parts.first, type == Array("text/html".utf8) else { return false }
                // RFC 9110 §12.4.2: a weight of nothing is a refusal.
                return !parts.dropFirst().contains {
                    $0.starts(with: "q=0".utf8) && $0.dropFirst(3).allSatisfy { $0 == 0x30 || $0 == 0x2E }
                }
            }
        }
    }

    /// Proxies that only ask leave `Upgrade` out; the key is in every opening, and no script can set or leave it out.
    static func opensWebSocket(_ headers: HeaderFields) -> Bool {
        headers.count("sec-websocket-key") > 0 || headers.first("sec-fetch-mode") == "websocket"
            || headers.all("upgrade").contains { $0.lowercased().contains("websocket") }
    }

    /// Whether a session may be used for a request: its cookie comes along whoever makes the browser ask.
    /// - Parameter named: pages of which other origins may open a WebSocket, as the route has it.
    static func mayUseSession(
        _ method: RequestMethod, _ headers: HeaderFields, at origin: SignInOrigin, webSocketOrigins named: Set<String>
    ) -> Bool {
        guard method.isSafe else { return comesFromOwnPage(headers, origin) }
        guard opensWebSocket(headers) else { return true }
        // Whatever else a page keeps to itself, whose page opens a WebSocket stands in `Origin` (RFC 6455 §4.1).
        let origins = headers.all("origin")
        guard let page = origins.first, origins.count == 1 else { return false }
        return named.contains(page) || page == origin.text && comesFromOwnPage(headers, origin)
    }

    /// Whether a page of this origin made the request. Who says nothing about it is believed nothing.
    static func comesFromOwnPage(_ headers: HeaderFields, _ origin: SignInOrigin) -> Bool {
        let origins = headers.all("origin")
        guard origins.count <= 1, origins.first.map({ $0 == origin.text || $0 == "null" }) ?? true else { return false }
        if let site = headers.first("sec-fetch-site") {
            // `null` is what a browser writes for a page with `Referrer-Policy: no-referrer`, too.
            return headers.count("sec-fetch-site") == 1 && site == "same-origin"
        }
        return origins.first == origin.text
    }
}

extension RequestMethod {
    /// RFC 9110 §9.2.1
    var isSafe: Bool { self == .get || self == .head || self == .options }
}
