import AuthorizationServer

/// A document that everybody may read and keep for a while, with its validator (RFC 9110 §8.8, §13.1.2).
struct PublicDocument: Sendable {
    let mediaType: String

    func answer(_ request: ServerRequest, _ document: Document) -> ServerResponse {
        var headers = HeaderFields()
        headers.append("etag", document.etag)
        headers.append("cache-control", "public, max-age=\(document.maxAge)")
        if Self.matches(request.headers, document.etag) { return ServerResponse(status: 304, headers: headers) }
        headers.append("content-type", mediaType)
        return ServerResponse(status: 200, headers: headers, body: document.body)
    }

    /// `If-None-Match` with the weak comparison that RFC 9110 §13.1.2 asks for.
    static func matches(_ headers: HeaderFields, _ etag: String) -> Bool {
        guard headers.first("if-none-match") != nil else { return false }
        return headers.all("if-none-match").contains { value in
            value.utf8.split(separator: UInt8(ascii: ",")).contains { part in
                var text = Substring(part)
                while text.first == " " || text.first == "\t" { text.removeFirst() }
                while text.last == " " || text.last == "\t" { text.removeLast() }
                if text.hasPrefix("W/") { text = text.dropFirst(2) }
                return text == "*" || text == etag[...]
            }
        }
    }
}
