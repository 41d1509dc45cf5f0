public import JOSE

/// The metadata document of an authorization server (RFC 8414 §2) and OpenID provider (OpenID Discovery §3); the same
/// at both well-known addresses.
public struct ProviderMetadata: Hashable, Sendable {
    public let issuer: Issuer
    /// Of all endpoints that authenticate their callers.
    public var authMethods: [AuthenticationMethod]
    public var assertionAlgorithms: [Algorithm]
    public var documentation: String?
    /// `nil`: nobody signs in here.
    public var openID: OpenIDMetadata?

    public init(
        issuer: Issuer, authMethods: [AuthenticationMethod], assertionAlgorithms: [Algorithm], documentation: String?,
        openID: OpenIDMetadata? = nil
    ) {
        self.issuer = issuer
        self.authMethods = authMethods
        self.assertionAlgorithms = assertionAlgorithms
        self.documentation = documentation
        self.openID = openID
    }

    /// Only what exists is named, so a client that follows the document never meets a 404.
    public var json: [UInt8] {
        let assertions = assertionAlgorithms.map(\.rawValue)
        let methods = authMethods.map(\.rawValue)
        var writer = JSONWriter(capacity: 2048)
        writer.beginObject()
        writer.member("issuer", issuer.rawValue)
        writer.member("token_endpoint", issuer.url(of: .token))
        writer.member("jwks_uri", issuer.url(of: .keySet))
        writer.member("introspection_endpoint", issuer.url(of: .introspection))
        writer.member("revocation_endpoint", issuer.url(of: .revocation))
        if let openID {
            openID.write(to: &writer, issuer: issuer)
        } else {
            // RFC 8414 §2 requires the member; without an authorization endpoint nothing can be in it.
            writer.member("response_types_supported", [String]())
        }
        writer.member("grant_types_supported", GrantType.allCases.map(\.rawValue))
        // A public client may be where a person's code proves enough; it is no caller of the other endpoints.
        let tokenMethods = openID == nil || methods.contains("none") ? methods : methods + ["none"]
        writer.member("token_endpoint_auth_methods_supported", tokenMethods)
        writer.member("token_endpoint_auth_signing_alg_values_supported", assertions)
        writer.member("introspection_endpoint_auth_methods_supported", methods)
        writer.member("introspection_endpoint_auth_signing_alg_values_supported", assertions)
        writer.member("revocation_endpoint_auth_methods_supported", methods)
        writer.member("revocation_endpoint_auth_signing_alg_values_supported", assertions)
        if let documentation { writer.member("service_documentation", documentation) }
        writer.endObject()
        return writer.bytes
    }
}
