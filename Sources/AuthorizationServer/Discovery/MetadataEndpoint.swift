import Crypto
import JOSE
import OAuth
import Storage

/// Renders the metadata documents once; nothing in them changes while the server runs.
struct MetadataEndpoint: Sendable {
    let issuer: Issuer
    let policy: ServerPolicy

    /// RFC 8414
    var document: Document { document(metadata.json) }

    /// OpenID Discovery
    var openIDDocument: Document { document(metadata.openIDJSON) }

    private var metadata: ProviderMetadata {
        ProviderMetadata(
            issuer: issuer, authMethods: AuthenticationMethod.allCases.filter { $0 != .none },
            assertionAlgorithms: Algorithm.allCases,
            // OpenID Discovery §3 wants RS256 to be among them; the first client that asks for one gets its key made.
            idTokenAlgorithms: Algorithm.allCases, contextClasses: [RequestValidation.passwordContext],
            subjectTypes: RelyingParty.SubjectType.allCases.map(\.rawValue), uiLocales: MailLanguage.all.map(\.code),
            offersRegistration: policy.registration.isEnabled, documentation: policy.documentation)
    }

    private func document(_ body: [UInt8]) -> Document {
        let etag = "\"" + Base64URL.encode(Array(SHA256.hash(data: body)).prefix(12)) + "\""
        return Document(body: body, etag: etag, maxAge: policy.keySetMaxAge)
    }
}
