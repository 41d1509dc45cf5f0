import AuthorizationServer
import JOSE

/// `GET /.well-known/oauth-authorization-server`: what this server can do (RFC 8414 §3).
struct MetadataRoute: Sendable {
    let provider: OpenIDProvider
    private let document = PublicDocument(mediaType: "application/json")

    init(provider: OpenIDProvider) { self.provider = provider }

    @Sendable
    func get(_ request: ServerRequest, at now: NumericDate) -> ServerResponse {
        document.answer(request, provider.metadataDocument())
    }
}
