import AuthorizationServer
import JOSE
import Logging
import OAuth
import Storage

/// `GET /status-lists/ID`: which tokens have been revoked (draft-ietf-oauth-status-list §8.1).
struct StatusListRoute: Sendable {
    let provider: OpenIDProvider
    let logger: Logger
    private let document = PublicDocument(mediaType: StatusListToken.mediaType)

    init(provider: OpenIDProvider, logger: Logger) {
        self.provider = provider
        self.logger = logger
    }

    var prefix: String { provider.issuer.path(of: .statusLists) + "/" }

    @Sendable
    func get(_ request: ServerRequest, at now: NumericDate) async -> ServerResponse {
        guard request.path.hasPrefix(prefix) else { return Self.missing }
        // draft-ietf-oauth-status-list §8.4: nobody is told how it was some time ago.
        if let query = request.query, (try? FormParameters(Array(query.utf8)))?["time"] != nil {
            return .error(501, "not_implemented", "how the list was at another time is not kept")
        }
        guard Self.isAcceptable(request.headers.all("accept")) else {
            return .error(406, "not_acceptable", "the list is told as \(StatusListToken.mediaType)")
        }
        do {
            let name = String(request.path.dropFirst(prefix.count))
            guard let found = try await provider.statusListDocument(name, at: now) else { return Self.missing }
            return document.answer(request, found)
        } catch {
            logger.error("status list not signed", metadata: ["error": "\(error)"])
            return .error(503, "temporarily_unavailable", "the list cannot be signed at the moment")
        }
    }

    private static var missing: ServerResponse { .error(404, "not_found", "there is no such list") }

    /// Whether one element of `Accept` covers the type; who sends none takes it (draft-ietf-oauth-status-list §8.1).
    private static func isAcceptable(_ values: [String]) -> Bool {
        guard !values.isEmpty else { return true }
        let covering = ["*/*", "application/*", StatusListToken.mediaType]
        return values.contains { value in
            value.utf8.split(separator: UInt8(ascii: ",")).contains { element in
                let type = element.prefix { $0 != UInt8(ascii: ";") }.filter { $0 != 0x20 && $0 != 0x09 }
                let folded = String(decoding: type.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }, as: UTF8.self)
                return covering.contains(folded)
            }
        }
    }
}
