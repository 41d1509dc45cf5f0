import AuthorizationServer
import JOSE

/// `GET /.well-known/oauth-authorization-server` and `openid-configuration`: what this server can do (RFC 8414 §3, OpenID
/// Discovery §4).
struct MetadataRoute: Sendable {
    let provider: OpenIDProvider
    private let document = PublicDocument(mediaType: "application/json")

    init(provider: OpenIDProvider) { self.provider = provider }

    @Sendable
    func get(_ request: ServerRequest, at now: NumericDate) -> ServerResponse {
        document.answer(request, provider.metadataDocument())
    }

    @Sendable
    func getOpenID(_ request: ServerRequest, at now: NumericDate) -> ServerResponse {
        document.answer(request, provider.openIDMetadataDocument())
    }
}
