import Crypto
import JOSE
import OAuth

/// Renders the metadata document once; nothing in it changes while the server runs.
struct MetadataEndpoint: Sendable {
    let issuer: Issuer
    let policy: ServerPolicy

    var document: Document {
        let metadata = ProviderMetadata(
            issuer: issuer, tokenEndpointAuthMethods: AuthenticationMethod.allCases,
            resourceAuthMethods: AuthenticationMethod.allCases.filter { $0 != .none },
            assertionAlgorithms: Algorithm.allCases, scopes: [], documentation: policy.documentation)
        let body = metadata.json
        let etag = "\"" + Base64URL.encode(Array(SHA256.hash(data: body)).prefix(12)) + "\""
        return Document(body: body, etag: etag, maxAge: policy.keySetMaxAge)
    }
}
