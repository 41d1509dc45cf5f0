import Crypto
import JOSE
import OAuth

/// Renders the metadata document once; nothing in it changes while the server runs.
struct MetadataEndpoint: Sendable {
    let issuer: Issuer
    let policy: ServerPolicy

    var document: Document {
        let metadata = ProviderMetadata(
            // No grant is open to public clients: `none` would promise what every such request is refused.
            issuer: issuer, authMethods: AuthenticationMethod.allCases.filter { $0 != .none },
            assertionAlgorithms: Algorithm.allCases, documentation: policy.documentation)
        let body = metadata.json
        let etag = "\"" + Base64URL.encode(Array(SHA256.hash(data: body)).prefix(12)) + "\""
        return Document(body: body, etag: etag, maxAge: policy.keySetMaxAge)
    }
}
