import JOSE
import OAuth

extension KeyCache {
    /// The keys that an issuer publishes where its metadata says (`jwks_uri`, RFC 8414 §2).
    public convenience init(of discovery: IssuerDiscovery, policy: KeyCachePolicy = KeyCachePolicy()) {
        self.init(
            policy: policy,
            downloadAt: { now in
                let metadata = try await discovery.metadata(at: now)
                let request = TransportRequest(
                    get: metadata.keySetURL, accept: "application/jwk-set+json, application/json")
                let response = try await discovery.transport.issuerAnswer(request)
                guard response.status == 200, let keySet = try? JWKSet(parsing: response.body) else {
                    throw IssuerUnavailable("the issuer's keys cannot be read")
                }
                return Download(keySet: keySet, lifetime: response.headers.lifetime)
            })
    }
}
