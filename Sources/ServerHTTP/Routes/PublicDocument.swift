import AuthorizationServer

/// A document that everybody may read and keep for a while, with its validator (RFC 9110 §8.8, §13.1.2).
struct PublicDocument: Sendable {
    let mediaType: String

    func answer(_ request: ServerRequest, _ document: Document) -> ServerResponse {
        var headers = HeaderFields()
        headers.append("etag", document.etag)
        headers.append("cache-control", "public, max-age=\(document.maxAge)")
        if EntityTags.match(request.headers, document.etag) { return ServerResponse(status: 304, headers: headers) }
        headers.append("content-type", mediaType)
        return ServerResponse(status: 200, headers: headers, body: document.body)
    }
}
