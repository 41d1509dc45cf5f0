import AuthorizationServer
import JOSE

/// `GET /jwks`: the public keys (RFC 7517 §5).
struct KeySetRoute: Sendable {
    let provider: OpenIDProvider
    private let document = PublicDocument(mediaType: "application/jwk-set+json")

    init(provider: OpenIDProvider) { self.provider = provider }

    @Sendable
    func get(_ request: ServerRequest, at now: NumericDate) -> ServerResponse {
        document.answer(request, provider.keySetDocument(at: now))
    }

    /// The keys of the revocation feed, which no token is signed with.
    @Sendable
    func getFeed(_ request: ServerRequest, at now: NumericDate) -> ServerResponse {
        document.answer(request, provider.feedKeySetDocument())
    }
}
